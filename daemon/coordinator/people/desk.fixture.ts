import { randomBytes, scryptSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import pino from 'pino';
import type { LobbyReply, LobbyRequest, Role, RoomReply, RoomRequest } from '../../../protos/index.ts';
import type { RequestHead } from '../../net/request.ts';
import { newKeyPair, type PublicKey } from '../../security/keys.ts';
import { MediaTokens } from '../../security/media-token.ts';
import { nodeTimers } from '../../timers.ts';
import { localUs } from '../../units.ts';
import { hostNamed } from '../hosts/lobby-hosts.ts';
import { KeyStore } from '../keys/key-store.ts';
import { LiveKeys } from '../keys/live-keys.ts';
import { LiveLobby } from '../live-lobby.ts';
import { speakerNamed } from '../lobby.ts';
import { LobbyDesk } from '../lobby-desk.ts';
import { LobbyStore } from '../lobby-store.ts';
import { type Asked, answerOf } from '../requests.ts';
import { LiveRoom } from '../room/live-room.ts';
import { trackOf } from '../room/room.fixture.ts';
import { RoomStore } from '../room/room-store.ts';
import type { RoomLauncher } from '../room-child.ts';
import type { PasswordHash } from './password.ts';
import type { PeopleState } from './people.ts';

type Body = LobbyRequest['body'];
type Reply = LobbyReply['body'];

/** The passwords of all whom the fixture makes. */
export const PASSWORD = 'an old house';

/** Somebody who asks. */
export interface Person {
  readonly key: PublicKey;
}

/**
 * A lobby's desk with all that is behind it, at its disk, without sockets; its rooms run in this process. The time is
 * the test's.
 */
export class DeskHome {
  readonly folder: string;
  readonly lines: string[] = [];
  /** Added to both clocks. */
  laterMs = 0;
  readonly #security: 'curve' | 'none';
  #stop = async () => {};
  #desk: LobbyDesk | undefined;
  #lobby: LiveLobby | undefined;
  #keys: KeyStore | undefined;
  #ids = 0;

  constructor(folder: string, security: 'curve' | 'none') {
    this.folder = folder;
    this.#security = security;
  }

  get lobby(): LiveLobby {
    if (!this.#lobby) throw new Error('it has not been started');
    return this.#lobby;
  }

  get keys(): KeyStore {
    if (!this.#keys) throw new Error('there are no keys');
    return this.#keys;
  }

  /** The key that only those on its host can read. */
  get local(): Person {
    return { key: this.keys.keys.local.publicKey };
  }

  async start(): Promise<void> {
    const store = new LobbyStore(join(this.folder, 'lobby.db'));
    store.start();
    const logger = pino({ level: 'info' }, { write: (line: string) => this.lines.push(line) });
    const clock = () => localUs((performance.now() + this.laterMs) * 1000);
    const host = { launcher: this.#launcher(clock, logger), clock, timers: nodeTimers, logger };
    const lobby = new LiveLobby(store, host, () => `r${Date.now()}-${++this.#ids}`);
    const desk = new LobbyDesk({ port: 7400, name: 'home', version: '1', clockId: 'c' }, lobby, {
      tracks: { track: async (hash) => ({ ...trackOf(1, 60), hash }) },
      clock,
      wallMs: () => Date.now() + this.laterMs,
      timers: nodeTimers,
      records: store,
      portsInUse: async () => [],
      ...(this.#security === 'curve' && { keys: this.#liveKeys(clock, lobby, logger) }),
      logger,
    });
    await lobby.start();
    desk.start();
    await lobby.rooms.whenUp(5000);
    this.#desk = desk;
    this.#lobby = lobby;
    this.#stop = async () => {
      desk.stop();
      await lobby.stop();
      store.stop();
    };
  }

  async stop(): Promise<void> {
    await this.#stop();
  }

  /** What somebody is answered. @param by undefined: a request without a proven key */
  async ask(by: Person | undefined, body: Body, asked: Partial<Asked> = {}): Promise<Reply> {
    const desk = this.#desk;
    if (!desk) throw new Error('it has not been started');
    const head = { requestId: '', by: '', ...(by && { peerKey: by.key }), ...asked };
    const logger = pino({ level: 'silent' });
    return answerOf(() => desk.answer(body, head), logger);
  }

  /** Makes users of these roles, by name, each logged in. */
  async people<Name extends string>(roles: Record<Name, Role>): Promise<Record<Name, Person>> {
    const entries = Object.entries<Role>(roles).map(([name, role]) => ({
      name,
      role,
      key: newKeyPair().publicKey,
    }));
    const nowMs = Date.now() + this.laterMs;
    const state: PeopleState = {
      firstCode: '',
      users: entries.map(({ name, role }) => ({ name, role, password: quickHash(PASSWORD) })),
      sessions: entries.map(({ name, key }) => ({
        sessionId: `of ${name}`,
        name,
        key,
        client: 'desk',
        createdMs: nowMs,
        lastSeenMs: nowMs,
      })),
    };
    this.lobby.setPeople(state);
    const made = Object.fromEntries(entries.map(({ name, key }) => [name, { key }]));
    return made as Record<Name, Person>; // fromEntries forgets the names
  }

  /** A speaker that was adopted, and has said hello. */
  async speaker(speakerId: string, name: string): Promise<Person> {
    const { publicKey } = newKeyPair();
    const { keys } = this.keys;
    this.keys.save({ ...keys, speakers: { ...keys.speakers, [speakerId]: publicKey } });
    const speaker = { key: publicKey };
    await this.ask(speaker, { kind: 'hello', speakerId, name, version: '1', device: '' });
    return speaker;
  }

  /** An adopted room host, which has said hello. */
  async roomHost(hostId: string): Promise<Person> {
    const { publicKey } = newKeyPair();
    const { keys } = this.keys;
    this.keys.save({ ...keys, hosts: { ...keys.hosts, [hostId]: publicKey } });
    const host = { key: publicKey };
    const place = { address: '10.0.0.2', port: 7400, clockId: 'c' };
    await this.ask(host, { kind: 'hostHello', hostId, name: hostId, version: '1', ...place, rooms: [] });
    return host;
  }

  #liveKeys(clock: () => ReturnType<typeof localUs>, lobby: LiveLobby, logger: pino.Logger): LiveKeys {
    const store = new KeyStore(join(this.folder, 'keys', 'coordinator.json'));
    store.start();
    this.#keys = store;
    return new LiveKeys(store, new MediaTokens(randomBytes(32)), {
      clock,
      random: randomBytes,
      speakerId: (name) => speakerNamed(lobby.state, name).speakerId,
      removeSpeaker: (name) => lobby.change({ kind: 'forgetSpeaker', name }),
      hostId: (name) => hostNamed(lobby.state.hosts, name).hostId,
      removeHost: (name) => lobby.change({ kind: 'forgetHost', name }),
      logger,
    });
  }

  #launcher(clock: () => ReturnType<typeof localUs>, logger: pino.Logger): RoomLauncher {
    const path = (roomId: string) => join(this.folder, 'rooms', `${roomId}.db`);
    return {
      prepare: async () => {},
      launch: ({ roomId, name }, { onReady }) => {
        const records = new RoomStore(path(roomId));
        records.start();
        const identity = { roomId, name, runId: `${roomId}-${++this.#ids}`, clockId: 'c' };
        const around = { clock, wallMs: Date.now, timers: nodeTimers, records, send: () => {} };
        const room = new LiveRoom(identity, around, logger);
        room.start();
        queueMicrotask(onReady);
        return {
          connect: () => ({
            request: async (
              body: RoomRequest['body'],
              _: number,
              head?: RequestHead,
            ): Promise<RoomReply['body']> => answerOf(() => room.answer(body, head), logger),
            stop: () => {},
          }),
          stop: async () => {
            room.stop();
            records.stop();
          },
        };
      },
      discard: (roomId) => rmSync(path(roomId), { force: true }),
    };
  }
}

/** A desk that is ready; what is left of it goes when the test ends. */
export async function startedDesk(
  t: ExecutionContext,
  security: 'curve' | 'none' = 'curve',
): Promise<DeskHome> {
  const folder = mkdtempSync(join(tmpdir(), 'jam-desk-'));
  const home = new DeskHome(folder, security);
  await home.start();
  t.teardown(async () => {
    await home.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return home;
}

/** For tests that check many: the real ones take a good part of a second. */
export function quickHash(password: string): PasswordHash {
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 });
  return {
    salt: salt.toString('hex'),
    hash: hash.toString('hex'),
    cost: 16,
    blockSize: 8,
    parallelization: 1,
  };
}
