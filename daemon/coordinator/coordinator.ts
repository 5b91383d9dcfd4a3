import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { clockId } from '../clock/clock-id.ts';
import { messageOf } from '../errno.ts';
import { monotonicClock } from '../local-clock.ts';
import type { LogLevel } from '../log.ts';
import type { Logger } from '../logger.ts';
import { probeTrack } from '../media/probe.ts';
import type { HomeFacts, HomeNow } from '../metrics/facts.ts';
import { type MetricsFor, MetricsPage } from '../metrics/metrics-page.ts';
import { ProcessWatch } from '../metrics/process-facts.ts';
import { Announcer } from '../net/discovery/announcer.ts';
import { coordinatorId } from '../net/discovery/coordinator-id.ts';
import { publishKeys, withdrawKeys } from '../security/runtime-keys.ts';
import { nodeTimers } from '../timers.ts';
import { version } from '../version.ts';
import { Backups } from './backup/backups.ts';
import { ClockResponder } from './clock-responder.ts';
import { DataDirLock } from './data-dir-lock.ts';
import { ForkedRooms } from './forked-rooms.ts';
import { gatherFacts, gatherHome } from './home-facts.ts';
import { HostedRooms, type HostedRuns } from './hosts/hosted-rooms.ts';
import type { LobbyHost } from './hosts/lobby-hosts.ts';
import { LiveLobby } from './live-lobby.ts';
import { type LobbyRoom, membersOf as membersOfRoom } from './lobby.ts';
import { LobbyServer } from './lobby-server.ts';
import { LobbyStore } from './lobby-store.ts';
import { MediaServer, mediaServerDefaults } from './media-server.ts';
import { MediaStore } from './media-store.ts';
import { MediaUsage } from './media-usage.ts';
import { describePorts, portsInUse } from './port-check.ts';
import { clockPort, mediaPort, roomPorts } from './ports.ts';
import type { RoomLink } from './room-child.ts';
import { connectRoom } from './room-connection.ts';
import { Security } from './security.ts';

export interface CoordinatorOptions {
  readonly name: string;
  /** IPv4 address to listen on. */
  readonly listen: string;
  /** The lobby's; the others follow, see ports.ts. */
  readonly port: number;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** none: everything goes in the clear, and everybody may do everything. */
  readonly security: 'curve' | 'none';
  /** Who may read /metrics. */
  readonly metrics: MetricsFor;
}

/** Why the coordinator can't start; the message is a sentence for people. */
export class StartError extends Error {
  override name = 'StartError';
}

const ROOMS_UP_WITHIN_MS = 10_000;

/** The whole coordinator: clock, media, lobby and the rooms' processes. */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #logger: Logger;
  readonly #lock: DataDirLock;
  readonly #store: LobbyStore;
  readonly #security: Security | undefined;
  readonly #clockResponder: ClockResponder;
  readonly #mediaStore: MediaStore;
  readonly #mediaServer: MediaServer;
  readonly #backups: Backups;
  readonly #usage: MediaUsage;
  readonly #process = new ProcessWatch();
  readonly #hosted: HostedRooms;
  readonly #lobby: LiveLobby;
  readonly #server: LobbyServer;
  #published: string | undefined;
  #coordinatorId = '';
  #announcer: Announcer | undefined;

  constructor(options: CoordinatorOptions, logger: Logger) {
    const { name, listen, port, dataDir, logLevel } = options;
    const id = clockId();
    this.#options = options;
    this.#logger = logger;
    this.#lock = new DataDirLock(dataDir);
    this.#store = new LobbyStore(join(dataDir, 'lobby.db'));
    const security =
      options.security === 'curve' ? new Security(dataDir, () => this.#lobby, logger) : undefined;
    this.#security = security;
    this.#clockResponder = new ClockResponder(monotonicClock, id, security?.clockSocket);
    this.#mediaStore = new MediaStore(dataDir, mediaServerDefaults.maxTrackBytes, probeTrack, logger);
    const metrics = new MetricsPage(options.metrics, () => this.#allFacts(), logger);
    const backups = new Backups(dataDir, logger);
    this.#backups = backups;
    this.#mediaServer = new MediaServer(
      this.#mediaStore,
      mediaServerDefaults,
      logger,
      metrics,
      security,
      backups,
    );
    this.#usage = new MediaUsage(dataDir);
    const database = (roomId: string) => join(dataDir, 'rooms', `${roomId}.db`);
    const launcher = new ForkedRooms({
      listen,
      lobbyPort: port,
      logLevel,
      database,
      keys: this.#roomsKeys(),
    });
    this.#hosted = new HostedRooms({
      own: launcher,
      connect: (room) => this.#connectHosted(room),
      hostOf: (hostId) => this.#hostOf(hostId),
      clock: monotonicClock,
      timers: nodeTimers,
      logger,
    });
    const host = { launcher: this.#hosted, clock: monotonicClock, timers: nodeTimers, logger };
    this.#lobby = new LiveLobby(this.#store, host, randomUUID);
    const lobbyOptions = {
      listen,
      port,
      name,
      version,
      clockId: id,
      coordinatorId: () => this.#coordinatorId,
    };
    const around = {
      tracks: this.#mediaStore,
      clock: monotonicClock,
      records: this.#store,
      ...(security && { keys: security.keys }),
      onHostHello: (hostId: string, rooms: HostedRuns) => this.#hosted.heard(hostId, rooms),
      backup: ({ withTracks }: { withTracks: boolean }) => backups.make(withTracks),
      logger,
    };
    this.#server = new LobbyServer(lobbyOptions, this.#lobby, around, security?.lobbySocket);
  }

  /** @throws {StartError} when a port is taken; {StorageError} when the data directory can't be used */
  async start(): Promise<void> {
    const { listen, port, name } = this.#options;
    await this.#refuseTaken([port, clockPort(port), mediaPort(port)]);
    this.#lock.start();
    this.#coordinatorId = coordinatorId(this.#options.dataDir);
    this.#store.start();
    await this.#refuseTaken(
      this.#store
        .load()
        .rooms.filter(isOwn)
        .flatMap((room) => Object.values(roomPorts(port, room.slot))),
    );
    await this.#startSecurity();
    await this.#clockResponder.start(`tcp://${listen}:${clockPort(port)}`);
    await this.#mediaStore.start();
    await this.#backups.start();
    await this.#mediaServer.start(listen, mediaPort(port));
    this.#hosted.start();
    await this.#lobby.start();
    await this.#server.start();
    this.#publishKeys();
    const own = this.#lobby.state.rooms.filter(isOwn).map(({ roomId }) => roomId);
    const up = await this.#lobby.rooms.whenUp(ROOMS_UP_WITHIN_MS, own);
    if (up) this.#logger.info(`ready: ${name} listens on ${listen}:${port}, ${own.length} room(s) up`);
    else this.#logger.error(`${name} listens on ${listen}:${port}, but not all of its rooms could start`);
    this.#announcer = new Announcer({ id: this.#coordinatorId, name, version, port }, listen, this.#logger);
    this.#announcer.start();
  }

  async stop(): Promise<void> {
    this.#server.stop();
    this.#process.stop();
    this.#hosted.stop();
    await Promise.all([
      this.#announcer?.stop(),
      this.#lobby.stop(),
      this.#mediaServer.stop(),
      this.#backups.stop(),
      this.#clockResponder.stop(),
    ]);
    this.#security?.stop();
    if (this.#published) withdrawKeys(this.#published);
    this.#store.stop();
    this.#lock.stop();
  }

  #hostOf(wanted: string | undefined): LobbyHost | undefined {
    return this.#lobby.state.hosts.find(({ hostId }) => hostId === wanted);
  }

  #connectHosted({ hostId, slot }: LobbyRoom): RoomLink {
    const host = this.#hostOf(hostId);
    if (!host) throw new Error(`a room is on a host that isn't known: ${hostId}`);
    const address = `tcp://${host.address}:${roomPorts(host.port, slot).requestsPort}`;
    return connectRoom(address, this.#roomsKeys(), this.#security?.keys.hostKey(host.hostId));
  }

  #roomsKeys() {
    const membersOf = (roomId: string) =>
      membersOfRoom(this.#lobby.state, roomId).map((one) => one.speakerId);
    return this.#security?.rooms(membersOf);
  }

  async #startSecurity(): Promise<void> {
    if (this.#security) return this.#security.start();
    this.#logger.warn('runs with --security none: anybody on the network may listen, and do anything');
  }

  /** Without what is left for it there a program on this host is like one on any other. */
  #publishKeys(): void {
    const { port } = this.#options;
    const keys = this.#security?.localKeys ?? { security: 'none' as const };
    try {
      this.#published = publishKeys(port, keys, process.env);
    } catch (error) {
      this.#logger.warn(`programs on this host have to log in or be adopted: ${messageOf(error)}`);
    }
  }

  /** The home as it is now. */
  facts(): Promise<HomeNow> {
    return gatherHome({ name: this.#options.name, lobby: this.#lobby, clock: monotonicClock });
  }

  #allFacts(): Promise<HomeFacts> {
    return gatherFacts({
      name: this.#options.name,
      version,
      lobby: this.#lobby,
      clock: monotonicClock,
      requests: this.#server.counts,
      usage: this.#usage,
      traffic: this.#mediaServer.traffic,
      process: this.#process,
    });
  }

  async #refuseTaken(ports: number[]): Promise<void> {
    const { listen, port } = this.#options;
    const taken = await portsInUse(listen, ports);
    if (taken.length === 0) return;
    throw new StartError(
      `${describePorts(taken)} on ${listen}, maybe a second jam-coordinator: ` +
        `stop that one, or give this one another --port than ${port}`,
    );
  }
}

const isOwn = ({ hostId }: LobbyRoom): boolean => hostId === undefined;
