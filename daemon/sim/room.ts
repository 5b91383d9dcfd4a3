import { type Report, RoomEvent, RoomReply, RoomRequest } from '../../protos/index.ts';
import type { LobbyRoom } from '../coordinator/lobby.ts';
import { roomPorts } from '../coordinator/ports.ts';
import { LiveRoom, type RoomRecords } from '../coordinator/room/live-room.ts';
import type { Alive } from '../coordinator/room/resume.ts';
import type { RoomState } from '../coordinator/room/room-state.ts';
import type { RoomLink, RoomRun, RunEvents } from '../coordinator/room-child.ts';
import type { RequestHead } from '../net/request.ts';
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
  /** It has told somebody that something was done. */
  onAnswer(roomId: string, answer: RoomAnswerNote): void;
}

/** What a room has been asked for and has done. */
export interface RoomAnswerNote {
  readonly request: RoomRequest['body'];
  readonly requestId: string;
  /** The room's state just before it and after it. */
  readonly before: RoomState;
  readonly state: RoomState;
  /** What is on the disk after it, and whether it was there before that this request had been done. */
  readonly kept: RoomState | undefined;
  readonly wasKept: boolean;
}

/** What is on a room's disk. */
interface KeptRoom {
  readonly state: RoomState;
  /** The notes that requests were answered with. */
  readonly notes: ReadonlyMap<string, string>;
}

const START_MS = 150;
const STOP_MS = 20;

/** A room's disk, and its program whenever it runs. */
export class SimulatedRoom {
  readonly room: LobbyRoom;
  readonly disk = new Disk<KeptRoom>();
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
    const kept = this.disk.kept?.state;
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
      this.#network,
      RoomReply,
      (body: RoomRequest['body'], asked) => this.#answer(live, body, asked),
      this.#log.of(this.room.name),
    );
    this.#network.listen(process, requestsPort, answers);
  }

  #answer(live: LiveRoom, request: RoomRequest['body'], asked: Required<RequestHead>): RoomReply['body'] {
    const before = live.state;
    const wasKept = this.disk.kept?.notes.has(keyOf(asked)) ?? false;
    const reply = live.answer(request, asked);
    const { requestId } = asked;
    const kept = this.disk.kept?.state;
    if (reply.kind === 'answer' && reply.body.kind === 'done')
      this.#watch.onAnswer(this.room.roomId, {
        request,
        requestId,
        before,
        state: live.state,
        kept,
        wasKept,
      });
    return reply;
  }

  #publish(process: Process, event: RoomEvent): void {
    if (!process.isAlive) return;
    this.#watch.onEvent(this.room.roomId, event);
    const carried = this.#network.wire.carry(RoomEvent, event);
    for (const peer of this.#peers) peer.send(carried);
  }

  #records(process: Process): RoomRecords {
    return {
      load: () => {
        const state = this.disk.kept?.state;
        const alive = this.#aliveDisk.kept;
        return state && alive && { state, alive };
      },
      save: (state, answered) => {
        const notes = this.disk.kept?.notes ?? new Map();
        const noted = answered ? new Map(notes).set(keyOf(answered), answered.note) : notes;
        this.disk.write(process, { state, notes: noted });
      },
      noteOf: (asked) => this.disk.kept?.notes.get(keyOf(asked)),
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
      RoomRequest,
    );
    link.start();
    return link;
  }
}

function keyOf({ requestId, by }: Required<RequestHead>): string {
  return `${by}/${requestId}`;
}
