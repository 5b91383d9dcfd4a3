import { randomUUID } from 'node:crypto';
import type { Glitch, Report, RoomCommand } from '../../../protos/index.ts';
import { RoomReply, RoomRequest } from '../../../protos/index.ts';
import { messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import { Responder } from '../../net/responder.ts';
import { type LocalClock, type RoomUs, roomUs } from '../../units.ts';
import type { RoomPorts } from '../ports.ts';
import { requestHandler } from '../requests.ts';
import { mergeGlitches } from './glitch-log.ts';
import type { ReceivedReport } from './member-reports.ts';
import { Publisher } from './publisher.ts';
import { ReportReceiver } from './report-receiver.ts';
import { resume } from './resume.ts';
import { type Action, perform, withMembers } from './room.ts';
import { eventsBetween, snapshotOf } from './room-events.ts';
import { advance, endOfItem, newRoom, type RoomState } from './room-state.ts';
import { queueOf, statusOf } from './room-status.ts';
import { RoomStore } from './room-store.ts';
import { chooseLeadUs } from './start-time.ts';

export interface RoomOptions {
  readonly roomId: string;
  readonly name: string;
  /** IPv4 address to listen on. */
  readonly listen: string;
  readonly ports: RoomPorts;
  /** The room's SQLite file. */
  readonly database: string;
}

const ALIVE_EVERY_MS = 2000;
/** The time that saving takes is part of a start's lead: the longest of late, slowly forgotten. */
const SAVING_DECAY = 0.8;
const MAX_SAVING_US = 100_000;
/** setTimeout takes no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

type ReplyBody = RoomReply['body'];

/** One room at its sockets, its disk and its clock; what happens in it is decided by the pure parts. */
export class RoomProcess {
  readonly #options: RoomOptions;
  readonly #clock: LocalClock;
  readonly #clockId: string;
  readonly #logger: Logger;
  readonly #runId = randomUUID();
  readonly #store: RoomStore;
  readonly #publisher: Publisher;
  readonly #responder: Responder;
  readonly #receiver: ReportReceiver;
  readonly #reports = new Map<string, ReceivedReport>();
  /** By speakerId; kept as long as the room runs. */
  readonly #glitches = new Map<string, readonly Glitch[]>();
  #state: RoomState;
  #aliveTimer: NodeJS.Timeout | undefined;
  #itemTimer: NodeJS.Timeout | undefined;
  #aliveFails = false;
  #savingUs = 0;

  /** @param clock this host's monotonic clock, which is the room clock; clockId is its identity */
  constructor(options: RoomOptions, clock: LocalClock, clockId: string, logger: Logger) {
    const { roomId, name, database } = options;
    this.#options = options;
    this.#clock = clock;
    this.#clockId = clockId;
    this.#logger = logger;
    this.#store = new RoomStore(database);
    this.#state = newRoom(roomId, name, clockId, roomUs(0));
    this.#publisher = new Publisher({ roomId, runId: this.#runId, clockId }, clock, logger);
    this.#responder = new Responder(
      requestHandler(RoomRequest, RoomReply, (request) => this.#answer(request), logger),
    );
    this.#receiver = new ReportReceiver((report) => this.#note(report), logger);
  }

  /** @throws {StorageError} when the saved room can't be read; an Error when a port is taken */
  async start(): Promise<void> {
    const { listen, ports } = this.#options;
    this.#store.start();
    this.#restore();
    await this.#publisher.start(`tcp://${listen}:${ports.eventsPort}`);
    await this.#receiver.start(`tcp://${listen}:${ports.reportsPort}`);
    await this.#responder.start(`tcp://${listen}:${ports.requestsPort}`);
    this.#aliveTimer = setInterval(() => this.#noteAlive(), ALIVE_EVERY_MS);
    this.#waitForItemEnd();
  }

  stop(): void {
    clearInterval(this.#aliveTimer);
    clearTimeout(this.#itemTimer);
    this.#responder.stop();
    this.#receiver.stop();
    this.#publisher.stop();
    this.#noteAlive();
    this.#store.stop();
  }

  #now(): RoomUs {
    return roomUs(this.#clock());
  }

  #restore(): void {
    const saved = this.#store.load();
    const now = this.#now();
    if (saved) {
      const state = resume(saved.state, saved.alive, this.#clockId, now);
      const awayS = Math.max(0, Math.round((Date.now() - saved.alive.wallMs) / 1000));
      const how = state.timeline.epoch === saved.state.timeline.epoch ? 'goes on' : 'has a new timeline';
      this.#logger.info(`back after ${awayS} s: the room is ${state.timeline.state} and ${how}`);
      this.#state = { ...state, name: this.#options.name };
    } else {
      this.#state = newRoom(this.#options.roomId, this.#options.name, this.#clockId, now);
    }
    this.#adopt(this.#state);
    this.#noteAlive();
  }

  #answer(request: RoomRequest['body']): ReplyBody {
    const now = this.#now();
    this.#advance(now);
    switch (request.kind) {
      case 'getSnapshot':
        return { kind: 'snapshot', ...snapshotOf(this.#state, this.#runId, this.#publisher.seq) };
      case 'getGlitches':
        return { kind: 'glitches', glitches: [...(this.#glitches.get(request.speakerId) ?? [])] };
      case 'setMembers':
        this.#adopt(withMembers(this.#state, request));
        this.#forgetStrangers();
        return done('');
      case 'renameRoom':
        this.#adopt({ ...this.#state, name: request.name });
        return done('');
      case 'command':
        return { kind: 'answer', body: this.#command(request.body, now) };
    }
  }

  #command(command: RoomCommand['body'], now: RoomUs) {
    switch (command.kind) {
      case 'getStatus':
        return { kind: 'status', ...statusOf(this.#state, this.#reports, now) } as const;
      case 'getQueue':
        return { kind: 'queue', ...queueOf(this.#state, now) } as const;
      default:
        return this.#perform(command, now);
    }
  }

  #perform(action: Action, now: RoomUs) {
    const outcome = perform(this.#state, action, {
      now,
      leadUs: (item, frame) => chooseLeadUs(this.#reports, now, item, frame) + this.#savingUs,
    });
    if (outcome.kind === 'failure') return outcome;
    this.#change(outcome.state);
    return { kind: 'done', note: outcome.note } as const;
  }

  /** What is told to anyone is on the disk before. */
  #change(state: RoomState): void {
    if (state === this.#state) return;
    this.#save(state);
    this.#publish(state);
  }

  // What isn't a person's command goes without the disk if it must: nobody was told that it is stored.
  #adopt(state: RoomState): void {
    try {
      this.#save(state);
    } catch (error) {
      this.#logger.error(`the room goes on, but ${messageOf(error)}`);
    }
    this.#publish(state);
  }

  #save(state: RoomState): void {
    const from = this.#now();
    this.#store.save(state);
    this.#savingUs = Math.min(Math.max(this.#now() - from, this.#savingUs * SAVING_DECAY), MAX_SAVING_US);
  }

  // Not saved: the same follows from what was, and playing on needs no disk.
  #advance(now: RoomUs): void {
    const state = advance(this.#state, now);
    if (state !== this.#state) this.#publish(state);
  }

  #publish(state: RoomState): void {
    const events = eventsBetween(this.#state, state);
    this.#state = state;
    this.#publisher.publish(events);
    this.#waitForItemEnd();
  }

  #waitForItemEnd(): void {
    clearTimeout(this.#itemTimer);
    const end = endOfItem(this.#state);
    if (end === undefined) return;
    const waitMs = Math.ceil((end - this.#now()) / 1000);
    this.#itemTimer = setTimeout(() => this.#onItemTimer(), Math.min(Math.max(0, waitMs), MAX_TIMER_MS));
  }

  #onItemTimer(): void {
    this.#advance(this.#now());
    this.#waitForItemEnd();
  }

  #note(report: Report): void {
    if (!this.#state.members.some((member) => member.speakerId === report.speakerId)) return;
    this.#reports.set(report.speakerId, { report, receivedRoomUs: this.#now() });
    const log = this.#glitches.get(report.speakerId) ?? [];
    this.#glitches.set(report.speakerId, mergeGlitches(log, report.glitches));
  }

  #forgetStrangers(): void {
    const members = new Set(this.#state.members.map((member) => member.speakerId));
    for (const speakerId of this.#reports.keys())
      if (!members.has(speakerId)) this.#reports.delete(speakerId);
    for (const speakerId of this.#glitches.keys())
      if (!members.has(speakerId)) this.#glitches.delete(speakerId);
  }

  // A disk that fails doesn't stop the music; it's said once.
  #noteAlive(): void {
    try {
      this.#store.saveAlive({ clockId: this.#clockId, roomUs: this.#now(), wallMs: Date.now() });
      this.#aliveFails = false;
    } catch (error) {
      if (!this.#aliveFails) this.#logger.error(`the position can't be saved: ${messageOf(error)}`);
      this.#aliveFails = true;
    }
  }
}

function done(note: string): ReplyBody {
  return { kind: 'answer', body: { kind: 'done', note } };
}
