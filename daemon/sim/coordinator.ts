import { LobbyReply, type LobbyRequest, type Track } from '../../protos/index.ts';
import { LiveLobby } from '../coordinator/live-lobby.ts';
import type { LobbyState } from '../coordinator/lobby.ts';
import { LobbyDesk } from '../coordinator/lobby-desk.ts';
import type { SavedLobby } from '../coordinator/lobby-store.ts';
import { nobody } from '../coordinator/people/people.ts';
import { clockPort } from '../coordinator/ports.ts';
import { ANSWERED_LIMIT, type Answered } from '../coordinator/repeats.ts';
import type { RoomLauncher } from '../coordinator/room-child.ts';
import type { RequestHead } from '../net/request.ts';
import { Disk } from './disk.ts';
import { type Host, Process } from './host.ts';
import type { HomeLog } from './log.ts';
import type { Network } from './network.ts';
import { answersTo } from './requests.ts';
import { type RoomWatch, SimulatedRoom } from './room.ts';

/** What is on the coordinator's disk. */
interface KeptLobby extends SavedLobby {
  readonly answered: readonly Answered[];
}

/** What is told of a coordinator. */
export interface CoordinatorWatch extends RoomWatch {
  /** The lobby has told somebody that a change was made. */
  onLobbyAnswer(state: LobbyState, kept: SavedLobby | undefined): void;
}

export const LOBBY_PORT = 7400;

/** The coordinator's disk, its rooms', and its programs whenever they run. */
export class SimulatedCoordinator {
  readonly host: Host;
  readonly disk = new Disk<KeptLobby>();
  readonly #network: Network;
  readonly #tracks: ReadonlyMap<string, Track>;
  readonly #log: HomeLog;
  readonly #watch: CoordinatorWatch;
  readonly #rooms = new Map<string, SimulatedRoom>();
  #process: Process | undefined;
  #lobby: LiveLobby | undefined;
  #ids = 0;

  constructor(
    host: Host,
    network: Network,
    tracks: ReadonlyMap<string, Track>,
    log: HomeLog,
    watch: CoordinatorWatch,
  ) {
    this.host = host;
    this.#network = network;
    this.#tracks = tracks;
    this.#log = log;
    this.#watch = watch;
  }

  get isRunning(): boolean {
    return this.#process?.isAlive ?? false;
  }

  /** All rooms that there are, running or not. */
  get rooms(): SimulatedRoom[] {
    return [...this.#rooms.values()];
  }

  /** The lobby's state; undefined when it is down. */
  get lobbyState(): LobbyState | undefined {
    return this.isRunning ? this.#lobby?.state : undefined;
  }

  start(): void {
    if (this.isRunning) return;
    const process = new Process(this.host);
    this.#process = process;
    const { clock, clockId } = this.host;
    const logger = this.#log.of('coordinator');
    const launcher = this.#launcher(process);
    const records = { load: () => this.#load(), save: this.#saver(process) };
    const lobby = new LiveLobby(records, { launcher, clock, timers: process.timers, logger }, () =>
      this.#newId(),
    );
    this.#lobby = lobby;
    const desk = new LobbyDesk({ port: LOBBY_PORT, name: 'home', version: 'sim', clockId }, lobby, {
      tracks: { track: async (hash) => this.#tracks.get(hash) },
      clock,
      wallMs: () => this.host.schedule.nowUs / 1000,
      timers: process.timers,
      records: {
        history: () => [],
        saveHistory: () => {},
        answered: () => [...(this.disk.kept?.answered ?? [])],
      },
      portsInUse: async () => [],
      logger,
    });
    this.#network.listen(process, clockPort(LOBBY_PORT), {
      onMessage: (message, peer) => peer.send({ ...(message as object), t2Us: clock(), clockId }),
    });
    void lobby.start().then(() => {
      if (!process.isAlive) return;
      desk.start();
      const answers = answersTo(
        this.#network,
        LobbyReply,
        (body: LobbyRequest['body'], asked) => this.#answer(desk, lobby, body, asked),
        logger,
      );
      this.#network.listen(process, LOBBY_PORT, answers);
    });
  }

  /** Its programs die at once, the rooms with the lobby. */
  kill(): void {
    this.#process?.kill();
  }

  async #answer(
    desk: LobbyDesk,
    lobby: LiveLobby,
    body: LobbyRequest['body'],
    asked: Required<RequestHead>,
  ): Promise<LobbyReply['body']> {
    const reply = await desk.answer(body, asked);
    const isAnswered = reply.kind === 'done' || reply.kind === 'assignment';
    if (isAnswered && this.isRunning && lobby === this.#lobby)
      this.#watch.onLobbyAnswer(lobby.state, this.disk.kept);
    return reply;
  }

  #launcher(lobby: Process): RoomLauncher {
    return {
      prepare: async () => {},
      launch: (room, events) => {
        const known = this.#rooms.get(room.roomId);
        const launched =
          known ?? new SimulatedRoom(room, this.host, this.#network, LOBBY_PORT, this.#log, this.#watch);
        this.#rooms.set(room.roomId, launched);
        return launched.launch(lobby, events);
      },
      discard: (roomId) => this.#rooms.delete(roomId),
    };
  }

  #load(): SavedLobby {
    return this.disk.kept ?? { rooms: [], speakers: [], hosts: [], people: nobody };
  }

  #saver(process: Process) {
    return ({ rooms, speakers, hosts, people }: SavedLobby, answered?: Answered): void => {
      const before = this.disk.kept?.answered ?? [];
      const noted = answered ? [...before, answered].slice(-ANSWERED_LIMIT) : before;
      this.disk.write(process, { rooms, speakers, hosts, people, answered: noted });
    };
  }

  #newId(): string {
    return `r${++this.#ids}`;
  }
}
