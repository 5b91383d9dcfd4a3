import {
  type Assignment,
  type LobbyReply,
  LobbyRequest,
  Report,
  type RoomEvent,
  type RoomReply,
  RoomRequest,
} from '../../protos/index.ts';
import { ClockKeeper } from '../clock/clock-keeper.ts';
import type { ClockUpdate } from '../clock/clock-sync.ts';
import type { RoomView } from '../speaker/follower.ts';
import { LiveSpeaker } from '../speaker/live-speaker.ts';
import type { ToPlayer } from '../speaker/playout/messages.ts';
import { type GlitchNote, Player, type PlayerReport } from '../speaker/playout/player.ts';
import { PlayoutLoop } from '../speaker/playout/playout-loop.ts';
import type { RoomConnection } from '../speaker/room-link.ts';
import type { Ppm } from '../units.ts';
import { ClockSocket } from './clock-socket.ts';
import type { SimulatedDevice } from './device.ts';
import { type Host, Process } from './host.ts';
import type { HomeLog } from './log.ts';
import { type MediaSource, type Shelf, SimulatedMedia } from './media.ts';
import { Client, type Network } from './network.ts';
import { PATIENCE_US, SimulatedRequests } from './requests.ts';
import { lineKernel } from './signal.ts';
import { SimulatedThread } from './thread.ts';

/** What a speaker's daemon finds around it. */
export interface SpeakerWorld {
  readonly network: Network;
  readonly coordinator: Host;
  readonly lobbyPort: number;
  readonly idleCloseS: number;
  readonly source: MediaSource;
  readonly log: HomeLog;
}

/** What is told of a running speaker. */
export interface SpeakerWatch {
  onClock(update: ClockUpdate): void;
  onGlitch(glitch: GlitchNote): void;
}

/** What the playout thread does before it plays. */
const REHEARSAL_MS = 300;
// As in config.ts.
const BUFFER_MS = 150;
const REPORTS_KEPT = 4;

/** A speaker's device, clock and disk, and its daemon whenever it runs. */
export class SimulatedSpeaker {
  readonly name: string;
  readonly host: Host;
  readonly device: SimulatedDevice;
  readonly #world: SpeakerWorld;
  readonly #watch: SpeakerWatch;
  // The disk.
  readonly #shelf: Shelf = new Map();
  readonly #drifts = new Map<string, number>();
  #dacPpm: Ppm | undefined;
  // While it runs.
  #process: Process | undefined;
  #live: LiveSpeaker | undefined;
  #player: Player | undefined;
  #media: SimulatedMedia | undefined;
  #thread: SimulatedThread | undefined;
  #runs = 0;

  constructor(name: string, host: Host, device: SimulatedDevice, world: SpeakerWorld, watch: SpeakerWatch) {
    this.name = name;
    this.host = host;
    this.device = device;
    this.#world = world;
    this.#watch = watch;
  }

  get isRunning(): boolean {
    return this.#process?.isAlive ?? false;
  }

  get view(): RoomView | undefined {
    return this.isRunning ? this.#live?.view : undefined;
  }

  get openStreams(): number {
    return this.isRunning ? (this.#media?.openStreams ?? 0) : 0;
  }

  report(): PlayerReport | undefined {
    return this.isRunning ? this.#player?.report(this.host.clock()) : undefined;
  }

  start(): void {
    if (this.isRunning) return;
    const process = new Process(this.host);
    this.#process = process;
    this.#media = new SimulatedMedia(process, this.#shelf, this.#world.source);
    this.#player = new Player(
      this.device,
      this.#media.openStream,
      {
        bufferMs: BUFFER_MS,
        dacPpm: this.#dacPpm,
        idleCloseS: this.#world.idleCloseS,
        kernelOf: lineKernel,
      },
      (glitch) => this.#noteGlitch(process, glitch),
    );
    const thread = new SimulatedThread(process);
    this.#thread = thread;
    const loop = new PlayoutLoop(this.#player, this.host.clock, thread.timers, (report) =>
      this.#fromThread(process, () => live.observe(report)),
    );
    const live = this.#makeLive(process, this.#media, (message) => thread.post(() => loop.take(message)));
    this.#live = live;
    live.start();
    thread.stall(REHEARSAL_MS);
    thread.post(() => loop.start());
  }

  /** The daemon ends as it does when it is told to. */
  async stop(): Promise<void> {
    await this.#live?.stop();
    this.kill();
  }

  /** The daemon dies at once; its device plays what it was given, which is little. */
  kill(): void {
    this.#process?.kill();
    this.device.silence();
  }

  /** The playout thread doesn't get to run for a while. */
  stall(ms: number): void {
    this.#thread?.stall(ms);
  }

  #makeLive(process: Process, media: SimulatedMedia, play: (message: ToPlayer) => void): LiveSpeaker {
    const { network, coordinator, lobbyPort, log } = this.#world;
    const lobby = new SimulatedRequests<LobbyRequest['body'], LobbyReply['body']>(
      network,
      process,
      coordinator,
      lobbyPort,
      LobbyRequest,
    );
    lobby.start();
    const { name } = this;
    return new LiveSpeaker(
      {
        name,
        coordinator: () => 'coordinator',
        device: 'sim',
        delayMs: undefined,
        runId: `${name}-${++this.#runs}`,
      },
      {
        clock: this.host.clock,
        wallMs: () => this.host.schedule.nowUs / 1000,
        timers: process.timers,
        identity: {
          speakerId: `id-of-${name}`,
          rememberDacPpm: (_device, value) => {
            this.#dacPpm = value;
          },
        },
        lobby,
        media,
        play,
        connectRoom: (assignment, receive) => this.#connectRoom(process, assignment, receive),
        keepTime: ({ clockPort }, onUpdate) => this.#keepTime(process, clockPort, onUpdate),
        log: log.of(name),
      },
    );
  }

  #connectRoom(
    process: Process,
    assignment: Assignment,
    receive: (event: RoomEvent) => void,
  ): RoomConnection {
    const { network, coordinator } = this.#world;
    const { eventsPort, requestsPort, reportsPort } = assignment;
    const requests = new SimulatedRequests<RoomRequest['body'], RoomReply['body']>(
      network,
      process,
      coordinator,
      requestsPort,
      RoomRequest,
    );
    const patience = { patienceUs: PATIENCE_US };
    const events = new Client(network, process, coordinator, eventsPort, { ...patience, kept: 0 }, (event) =>
      // Only events are sent there.
      receive(event as RoomEvent),
    );
    const reports = new Client(
      network,
      process,
      coordinator,
      reportsPort,
      { ...patience, kept: REPORTS_KEPT },
      () => {},
    );
    const all = [requests, events, reports];
    return {
      requests,
      start: () => all.forEach((one) => void one.start()),
      stop: () => all.forEach((one) => void one.stop()),
      send: (report: Report) => reports.send(network.wire.carry(Report, report)),
    };
  }

  #keepTime(process: Process, clockPort: number, onUpdate: (update: ClockUpdate) => void) {
    const { network, coordinator, log } = this.#world;
    const socket = new ClockSocket(network, process, coordinator, clockPort);
    socket.start();
    const keeper = new ClockKeeper({
      peer: 'coordinator',
      clock: this.host.clock,
      timers: process.timers,
      drifts: {
        load: async (peer) => this.#drifts.get(peer),
        save: async (peer, ppm) => void this.#drifts.set(peer, ppm),
      },
      exchange: () => socket.exchange(),
      onUpdate: (update) => {
        this.#watch.onClock(update);
        onUpdate(update);
      },
      onProblem: (text) => log.add(this.name, text),
    });
    keeper.start();
    return {
      stop: async () => {
        socket.stop();
        await keeper.stop();
      },
    };
  }

  #noteGlitch(process: Process, glitch: GlitchNote): void {
    this.#watch.onGlitch(glitch);
    this.#fromThread(process, () => this.#live?.noteGlitch(glitch));
  }

  /** From the playout thread to the other one. */
  #fromThread(process: Process, run: () => void): void {
    this.host.schedule.after(0, () => {
      if (process.isAlive) run();
    });
  }
}
