import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { RoomReply, RoomRequest } from '../../protos/index.ts';
import { Requester } from '../net/requester.ts';
import type { ClientKeys } from '../net/socket-keys.ts';
import { type KeyPair, keyBytes, type PublicKey } from '../security/keys.ts';
import { proofFrame } from '../security/proof.ts';
import { nodeTimers } from '../timers.ts';
import { AnswerWatch } from './answer-watch.ts';
import type { LobbyRoom } from './lobby.ts';
import { roomPorts } from './ports.ts';
import type { RoomLauncher, RoomLink, RoomRun, RunEvents } from './room-child.ts';
import { ARE_YOU_THERE, parseRoomMessage, READY } from './room-messages.ts';

/** What all rooms of a coordinator have in common. */
export interface RoomSettings {
  /** IPv4 address that the rooms listen on. */
  readonly listen: string;
  readonly lobbyPort: number;
  readonly logLevel: string;
  /** Path of a room's SQLite file. */
  database(roomId: string): string;
  /** Undefined: there are none. */
  readonly keys: RoomsKeys | undefined;
}

/** The keys by which rooms know their lobby and their members. */
export interface RoomsKeys {
  /** Where the rooms find the coordinator's pair, which is theirs, too. */
  readonly path: string;
  readonly own: () => KeyPair;
  /** Of those of some speakers that were adopted. */
  keysOf(speakerIds: readonly string[]): { speakerId: string; key: PublicKey }[];
  /** The ids of a room's members. */
  membersOf(roomId: string): string[];
}

const MAIN = fileURLToPath(new URL('room/main.ts', import.meta.url));
const READY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 1000;

/** Runs rooms as processes of their own. */
export class ForkedRooms implements RoomLauncher {
  readonly #settings: RoomSettings;

  constructor(settings: RoomSettings) {
    this.#settings = settings;
  }

  // With what they run compiled before, rooms start in half the time and each takes 18 MB less: it does
  // without Node's TypeScript compiler.
  async prepare(): Promise<void> {
    await import('./room/main.ts');
    flushCompileCache();
  }

  launch(room: LobbyRoom, { onReady, onEnd }: RunEvents): RoomRun {
    const child = fork(MAIN, this.#arguments(room), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let how: string | undefined;
    let cause: string | undefined;
    const kill = (why: string) => {
      how = why;
      child.kill('SIGKILL');
    };
    const tooSlow = setTimeout(() => kill('it took too long to start'), READY_WITHIN_MS);
    const watch = new AnswerWatch(
      nodeTimers,
      () => child.connected && child.send(ARE_YOU_THERE, () => {}),
      () => kill('it answered nothing any more'),
    );
    child.on('message', (sent) => {
      const message = parseRoomMessage(sent);
      watch.noteAnswer();
      if (typeof message === 'object') cause = message.cannotStart;
      if (message !== READY) return;
      clearTimeout(tooSlow);
      watch.start();
      onReady();
    });
    const ended = (what: string) => {
      clearTimeout(tooSlow);
      watch.stop();
      onEnd(how ?? what, cause);
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    return { connect: () => this.#connect(room), stop: () => stop(child) };
  }

  discard(roomId: string): void {
    const database = this.#settings.database(roomId);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
  }

  #connect({ slot }: LobbyRoom): RoomLink {
    const { listen, lobbyPort } = this.#settings;
    const host = listen === '0.0.0.0' ? '127.0.0.1' : listen;
    const { requestsPort } = roomPorts(lobbyPort, slot);
    const address = `tcp://${host}:${requestsPort}`;
    const { keys } = this.#settings;
    const link = new Requester(address, RoomRequest, RoomReply, keys && this.#lobbyKeys(keys));
    link.start();
    return keys ? withMembersKeys(link, keys) : link;
  }

  #lobbyKeys({ own }: RoomsKeys): ClientKeys {
    const pair = own();
    return { own: pair, server: pair.publicKey, proof: proofFrame(pair, pair.publicKey) };
  }

  #arguments({ roomId, name, slot }: LobbyRoom): string[] {
    const { listen, lobbyPort, logLevel, database, keys } = this.#settings;
    const members = keys?.keysOf(keys.membersOf(roomId)) ?? [];
    const options = {
      'room-id': roomId,
      name,
      listen,
      'events-port': roomPorts(lobbyPort, slot).eventsPort,
      database: database(roomId),
      'log-level': logLevel,
      keys: keys?.path ?? '',
      members: members.map(({ speakerId, key }) => `${speakerId}=${key}`).join(),
    };
    return Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  }
}

/** The lobby's logic knows members; whose keys they are is added on the way. */
function withMembersKeys(link: RoomLink, keys: RoomsKeys): RoomLink {
  const withKeys = (body: RoomRequest['body']): RoomRequest['body'] => {
    if (body.kind !== 'setMembers') return body;
    const known = keys.keysOf(body.members.map(({ speakerId }) => speakerId));
    return { ...body, keys: known.map(({ speakerId, key }) => ({ speakerId, key: bytesOf(key) })) };
  };
  return {
    request: (body, timeoutMs, head) => link.request(withKeys(body), timeoutMs, head),
    stop: () => link.stop(),
  };
}

const bytesOf = (key: PublicKey) => Uint8Array.from(keyBytes(key));

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const tooSlow = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await gone;
  clearTimeout(tooSlow);
}
