import type { Report, RoomEvent, RoomReply, RoomRequest } from '../../protos/index.ts';
import type { LobbyRoom } from '../coordinator/lobby.ts';
import { roomPorts } from '../coordinator/ports.ts';
import { LiveRoom, type RoomRecords } from '../coordinator/room/live-room.ts';
import type { Alive } from '../coordinator/room/resume.ts';
import type { RoomState } from '../coordinator/room/room-state.ts';
import type { RoomLink, RoomRun, RunEvents } from '../coordinator/room-child.ts';
import { Disk } from './disk.ts';
import { type Host, Process } from './host.ts';
import type { HomeLog } from './log.ts';
import type { Network, Peer } from './network.ts';
import { answersTo, SimulatedRequests } from './requests.ts';

/** What is told of a room. */
export interface RoomWatch {
  onEvent(roomId: string, event: RoomEvent): void;
  /** The room has taken up what was saved, or begun anew. */
  onStart(roomId: string, state: RoomState, kept: RoomState | undefined): void;
  /** It has told somebody that a command was carried out. */
  onAnswer(roomId: string, request: RoomRequest['body'], state: RoomState, kept: RoomState | undefined): void;
}

const START_MS = 150;
const STOP_MS = 20;

/** A room's disk, and its program whenever it runs. */
export class SimulatedRoom {
  readonly room: LobbyRoom;
  readonly disk = new Disk<RoomState>();
  readonly #aliveDisk = new Disk<Alive>();
  readonly #host: Host;
  readonly #network: Network;
  readonly #lobbyPort: number;
  readonly #log: HomeLog;
  readonly #watch: RoomWatch;
  readonly #peers = new Set<Peer>();
  #process: Process | undefined;
  #live: LiveRoom | undefined;
  #runs = 0;

  constructor(
    room: LobbyRoom,
    host: Host,
    network: Network,
    lobbyPort: number,
    log: HomeLog,
    watch: RoomWatch,
  ) {
    this.room = room;
    this.#host = host;
    this.#network = network;
    this.#lobbyPort = lobbyPort;
    this.#log = log;
    this.#watch = watch;
  }

  /** The running room; undefined when it is down. */
  get live(): LiveRoom | undefined {
    return this.#process?.isAlive ? this.#live : undefined;
  }

  /** Runs until it dies, its lobby dies, or it is stopped. @param lobby the lobby's process */
  launch(lobby: Process, { onReady, onEnd }: RunEvents): RoomRun {
    const process = new Process(this.#host);
    this.#process = process;
    lobby.onDeath(() => process.kill());
    process.onDeath(() => this.#host.schedule.after(1000, () => lobby.isAlive && onEnd('killed')));
    process.timers.after(START_MS, () => {
      if (this.#begin(process)) onReady();
      else process.kill();
    });
    return {
      connect: () => this.#connect(lobby),
      stop: () =>
        new Promise((resolve) =>
          lobby.timers.after(STOP_MS, () => {
            if (process.isAlive) this.#live?.stop();
            process.kill();
            resolve();
          }),
        ),
    };
  }

  kill(): void {
    this.#process?.kill();
  }

  #begin(process: Process): boolean {
    const { roomId, name } = this.room;
    const { clockId } = this.#host;
    const kept = this.disk.kept;
    const live = new LiveRoom(
      { roomId, name, clockId, runId: `${roomId}-run-${++this.#runs}` },
      {
        clock: this.#host.clock,
        wallMs: () => this.#host.schedule.nowUs / 1000,
        timers: process.timers,
        records: this.#records(process),
        send: (event) => this.#publish(process, event),
      },
      this.#log.of(name),
    );
    this.#live = live;
    this.#peers.clear();
    this.#listen(process, live);
    live.start();
    this.#watch.onStart(roomId, live.state, kept);
    return process.isAlive;
  }

  #listen(process: Process, live: LiveRoom): void {
    const { eventsPort, requestsPort, reportsPort } = roomPorts(this.#lobbyPort, this.room.slot);
    this.#network.listen(process, eventsPort, {
      onMessage: () => {},
      onOpen: (peer) => this.#peers.add(peer),
      onClose: (peer) => this.#peers.delete(peer),
    });
    // Only reports are sent there.
    this.#network.listen(process, reportsPort, { onMessage: (report) => live.note(report as Report) });
    const answers = answersTo(
      (body: RoomRequest['body']) => this.#answer(live, body),
      this.#log.of(this.room.name),
    );
    this.#network.listen(process, requestsPort, answers);
  }

  #answer(live: LiveRoom, body: RoomRequest['body']): RoomReply['body'] {
    const reply = live.answer(body);
    if (reply.kind === 'answer' && reply.body.kind === 'done')
      this.#watch.onAnswer(this.room.roomId, body, live.state, this.disk.kept);
    return reply;
  }

  #publish(process: Process, event: RoomEvent): void {
    if (!process.isAlive) return;
    this.#watch.onEvent(this.room.roomId, event);
    for (const peer of this.#peers) peer.send(event);
  }

  #records(process: Process): RoomRecords {
    return {
      load: () => {
        const state = this.disk.kept;
        const alive = this.#aliveDisk.kept;
        return state && alive && { state, alive };
      },
      save: (state) => this.disk.write(process, state),
      // Nobody asks twice there.
      noteOf: () => undefined,
      saveAlive: (alive) => {
        this.#aliveDisk.isFull = this.disk.isFull;
        this.#aliveDisk.write(process, alive);
      },
    };
  }

  #connect(lobby: Process): RoomLink {
    const { requestsPort } = roomPorts(this.#lobbyPort, this.room.slot);
    const link = new SimulatedRequests<RoomRequest['body'], RoomReply['body']>(
      this.#network,
      lobby,
      this.#host,
      requestsPort,
    );
    link.start();
    return link;
  }
}
