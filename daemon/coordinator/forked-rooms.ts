import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { nodeTimers } from '../timers.ts';
import { AnswerWatch } from './answer-watch.ts';
import type { LobbyRoom } from './lobby.ts';
import { roomPorts } from './ports.ts';
import type { RoomLauncher, RoomLink, RoomRun, RunEvents } from './room-child.ts';
import { connectRoom, type RoomsKeys } from './room-connection.ts';
import { ARE_YOU_THERE, parseRoomMessage, READY } from './room-messages.ts';

/** What all rooms that a program runs have in common. */
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
    const { listen, lobbyPort, keys } = this.#settings;
    const host = listen === '0.0.0.0' ? '127.0.0.1' : listen;
    return connectRoom(`tcp://${host}:${roomPorts(lobbyPort, slot).requestsPort}`, keys);
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
      lobby: keys?.lobby?.() ?? '',
      members: members.map(({ speakerId, key }) => `${speakerId}=${key}`).join(),
    };
    return Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const tooSlow = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await gone;
  clearTimeout(tooSlow);
}
