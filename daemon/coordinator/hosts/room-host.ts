import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LobbyReply, LobbyRequest } from '../../../protos/index.ts';
import { clockId } from '../../clock/clock-id.ts';
import { messageOf } from '../../errno.ts';
import { monotonicClock } from '../../local-clock.ts';
import type { Logger } from '../../logger.ts';
import type { Place } from '../../net/discovery/place.ts';
import { ownAddressTowards } from '../../net/own-address.ts';
import { NoReplyError, type Requests } from '../../net/request.ts';
import { Requester } from '../../net/requester.ts';
import { Gatekeeper } from '../../security/gatekeeper.ts';
import { KeyRing } from '../../security/key-ring.ts';
import type { PublicKey } from '../../security/keys.ts';
import { askServerKey } from '../../security/server-key.ts';
import { KeyedLobby } from '../../speaker/keyed-lobby.ts';
import { nodeTimers } from '../../timers.ts';
import { version } from '../../version.ts';
import { ClockResponder } from '../clock-responder.ts';
import type { CoordinatorOptions } from '../coordinator.ts';
import { DataDirLock } from '../data-dir-lock.ts';
import { ForkedRooms } from '../forked-rooms.ts';
import { describePorts, portsInUse } from '../port-check.ts';
import { clockPort, mediaPort } from '../ports.ts';
import type { RoomsKeys } from '../room-connection.ts';
import { type HostMemory, memoryOf, readMemory, writeMemory } from './host-memory.ts';
import { OrderedRooms } from './ordered-rooms.ts';

type Reply = LobbyReply['body'];

/** As a coordinator's; of its ports it has the clock's and the rooms'. */
export interface RoomHostOptions extends Omit<CoordinatorOptions, 'metrics'> {
  readonly lobby: Place;
}

const HELLO_EVERY_MS = 500;
const ANSWER_WITHIN_MS = 1500;
const ROOMS_UP_WITHIN_MS = 10_000;

/**
 * Runs rooms for a lobby on another host, on this host's clock. It needs the lobby to be told which; they go on, and
 * start again, without it.
 */
export class RoomHost {
  readonly #options: RoomHostOptions;
  readonly #logger: Logger;
  readonly #lock: DataDirLock;
  readonly #memoryPath: string;
  readonly #ring: KeyRing;
  readonly #gatekeeper: Gatekeeper | undefined;
  readonly #clockResponder: ClockResponder;
  readonly #rooms: OrderedRooms;
  readonly #clockId = clockId();
  #lobby: Requests<LobbyRequest['body'], Reply> | undefined;
  #keyed: KeyedLobby | undefined;
  #memory: HostMemory = { hostId: '', rooms: [], speakers: [] };
  #asking: Promise<void> | undefined;
  /** What keeps the lobby's orders from coming; empty: they come. */
  #problem: string;
  #stopHellos = () => {};

  constructor(options: RoomHostOptions, logger: Logger) {
    const { listen, port, dataDir, logLevel, security } = options;
    this.#options = options;
    this.#problem = `asks the lobby at ${options.lobby.host}:${options.lobby.port}`;
    this.#logger = logger;
    this.#lock = new DataDirLock(dataDir);
    this.#memoryPath = join(dataDir, 'keys', 'room-host.json');
    this.#ring = new KeyRing(join(dataDir, 'keys', 'room-host-keys.json'));
    const gatekeeper = security === 'curve' ? new Gatekeeper(() => this.#ring.own) : undefined;
    this.#gatekeeper = gatekeeper;
    const isSpeaker = (key: PublicKey) => this.#memory.speakers.some((one) => one.key === key);
    const clockKeys = gatekeeper?.keysFor('clock', isSpeaker);
    this.#clockResponder = new ClockResponder(monotonicClock, this.#clockId, clockKeys);
    const database = (roomId: string) => join(dataDir, 'rooms', `${roomId}.db`);
    const keys = gatekeeper && this.#roomsKeys();
    const launcher = new ForkedRooms({ listen, lobbyPort: port, logLevel, database, keys });
    this.#rooms = new OrderedRooms(
      { launcher, clock: monotonicClock, timers: nodeTimers, logger },
      randomUUID,
    );
  }

  /** For people. */
  get status(): string {
    const { name, lobby } = this.#options;
    const runs = this.#rooms.runs;
    const up = runs.filter(({ run }) => run !== '').length;
    return `${name}: ${up} of ${runs.length} rooms up; ${this.#problem || `the lobby at ${lobby.host} is there`}`;
  }

  /** @throws when its port is taken, or the data directory can't be used */
  async start(): Promise<void> {
    const { name, listen, port, security, lobby } = this.#options;
    const taken = await portsInUse(listen, [clockPort(port)]);
    if (taken.length > 0)
      throw new Error(`${describePorts(taken)} on ${listen}: give this host another --port than ${port}`);
    this.#lock.start();
    this.#ring.load();
    this.#memory = readMemory(this.#memoryPath);
    if (security === 'none')
      this.#logger.warn('runs with --security none: anybody on the network may listen, and do anything');
    await this.#gatekeeper?.start();
    await this.#clockResponder.start(`tcp://${listen}:${clockPort(port)}`);
    await this.#rooms.prepare();
    await this.#rooms.follow(this.#memory.rooms);
    this.#connect();
    this.#stopHellos = nodeTimers.every(HELLO_EVERY_MS, () => this.#greet());
    this.#greet();
    await this.#rooms.whenUp(ROOMS_UP_WITHIN_MS);
    this.#logger.info(`ready: ${name} runs rooms for the lobby at ${lobby.host}:${lobby.port}`);
  }

  async stop(): Promise<void> {
    this.#stopHellos();
    this.#lobby?.stop();
    await Promise.all([this.#rooms.stop(), this.#clockResponder.stop()]);
    this.#gatekeeper?.stop();
    this.#lock.stop();
  }

  #connect(): void {
    const { security, lobby } = this.#options;
    if (security === 'none') {
      const requester = new Requester(`tcp://${lobby.host}:${lobby.port}`, LobbyRequest, LobbyReply);
      requester.start();
      this.#lobby = requester;
      return;
    }
    const around = { ring: this.#ring, environment: process.env, onNewKey() {}, log: this.#logger };
    this.#keyed = new KeyedLobby({ ...lobby, as: 'host', ...around });
    this.#lobby = this.#keyed;
  }

  /** A room has the host's pair, and takes commands from its lobby's. */
  #roomsKeys(): RoomsKeys {
    return {
      path: this.#ring.path,
      own: () => this.#ring.own,
      lobby: () => this.#memory.lobby,
      keysOf: (speakerIds) => this.#memory.speakers.filter(({ speakerId }) => speakerIds.includes(speakerId)),
      membersOf: (wanted) => this.#memory.rooms.find(({ roomId }) => roomId === wanted)?.speakerIds ?? [],
    };
  }

  #greet(): void {
    this.#asking ??= this.#hello()
      .catch((error) => this.#say(messageOf(error)))
      .finally(() => {
        this.#asking = undefined;
      });
  }

  async #hello(): Promise<void> {
    const { name, listen, port, lobby } = this.#options;
    const address = listen === '0.0.0.0' ? await ownAddressTowards(lobby.host, lobby.port) : listen;
    const about = { hostId: this.#memory.hostId, name, version, address, port, clockId: this.#clockId };
    const hello = { kind: 'hostHello', ...about, rooms: this.#rooms.runs } as const;
    const reply = await this.#lobby?.request(hello, ANSWER_WITHIN_MS).catch(async (error) => {
      if (!(error instanceof NoReplyError)) throw error;
      this.#say(await this.#whySilent());
    });
    if (reply?.kind === 'failure') return this.#say(`the lobby refuses this room host: ${reply.message}`);
    if (reply?.kind !== 'hostOrders') return;
    if (this.#keyed && !this.#keyed.keys)
      return this.#say('the lobby runs with --security none: run this host with --security none, too');
    this.#say('');
    const before = this.#memory;
    const memory = memoryOf(before.hostId, this.#keyed?.keys?.server, reply);
    if (isDeepStrictEqual(memory, before)) return;
    writeMemory(this.#memoryPath, memory);
    this.#memory = memory;
    await this.#rooms.follow(memory.rooms);
    if (before.lobby && before.lobby !== memory.lobby) await this.#rooms.restart();
  }

  /** Who speaks in the clear isn't answered by a lobby that doesn't. */
  async #whySilent(): Promise<string> {
    const { security, lobby } = this.#options;
    const { host, port } = lobby;
    const told =
      security === 'none' ? await askServerKey(host, mediaPort(port), ANSWER_WITHIN_MS) : undefined;
    return told?.security === 'curve'
      ? 'the lobby has keys: run this host without --security none, too'
      : `the lobby at ${host}:${port} doesn't answer; what it has ordered goes on`;
  }

  /** Says what is wrong once, not each time it is found again. */
  #say(problem: string): void {
    if (problem === this.#problem) return;
    if (problem) this.#logger.warn(problem);
    else this.#logger.info('the lobby is there');
    this.#problem = problem;
  }
}
