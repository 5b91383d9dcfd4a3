import { isDeepStrictEqual } from 'node:util';
import type {
  Glitch,
  QueueItem,
  Report,
  RoomCommand,
  RoomEvent,
  RoomReply,
  RoomRequest,
  RoomSettings,
} from '../../../protos/index.ts';
import { messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import type { RequestHead } from '../../net/request.ts';
import type { Timers } from '../../timers.ts';
import { type LocalClock, type RoomUs, roomUs } from '../../units.ts';
import { wordsOf } from './action-words.ts';
import { EventStream } from './event-stream.ts';
import { mergeGlitches } from './glitch-log.ts';
import type { ReceivedReport } from './member-reports.ts';
import { type Alive, resume } from './resume.ts';
import { type Action, perform, withMembers } from './room.ts';
import { eventsBetween, snapshotOf } from './room-events.ts';
import { advance, endOfItem, newRoom, type RoomState, standsBy } from './room-state.ts';
import { queueOf, statusOf } from './room-status.ts';
import { chooseLeadUs } from './start-time.ts';
import { refusalOf, withTransport } from './transport.ts';

/** Which room it is. */
export interface RoomIdentity {
  readonly roomId: string;
  readonly name: string;
  /** Of this run of the room; no other has the same. */
  readonly runId: string;
  /** Of the clock below. */
  readonly clockId: string;
}

/** A request that was done, and what it was answered. */
export interface Answered {
  readonly requestId: string;
  readonly by: string;
  readonly note: string;
}

/** Where a room is kept; see RoomStore. */
export interface RoomRecords {
  /** @throws {StorageError} when what is there can't be read */
  load(): { state: RoomState; alive: Alive } | undefined;
  /** What it has returned from stays. @throws {StorageError} when it can't be saved: it's then as before */
  save(state: RoomState, answered?: Answered): void;
  /** The note that a request was answered with, if it is one of the last 1,000 that were done. */
  noteOf(request: Pick<Answered, 'requestId' | 'by'>): string | undefined;
  /** @throws {StorageError} when it can't be saved */
  saveAlive(alive: Alive): void;
}

/** What a room has around it. */
export interface RoomSurroundings {
  /** This host's monotonic clock, which is the room clock. */
  readonly clock: LocalClock;
  /** Wall time in ms since 1970. */
  readonly wallMs: () => number;
  readonly timers: Timers;
  readonly records: RoomRecords;
  /** Publishes an event to the room's speakers. */
  readonly send: (event: RoomEvent) => void;
}

const ALIVE_EVERY_MS = 2000;
/** The time that saving takes is part of a start's lead: the longest of late, slowly forgotten. */
const SAVING_DECAY = 0.8;
const MAX_SAVING_US = 100_000;
/** Timers take no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A note can have a long title in it. */
const MAX_OUTCOME = 200;

type ReplyBody = RoomReply['body'];
type Asked = Required<RequestHead>;

/**
 * One room as it runs: answers requests, takes reports, keeps its state on the disk and tells it to the
 * speakers. What happens in it is decided by the pure parts.
 */
export class LiveRoom {
  readonly #identity: RoomIdentity;
  readonly #around: RoomSurroundings;
  readonly #logger: Logger;
  readonly #events: EventStream;
  readonly #reports = new Map<string, ReceivedReport>();
  readonly #glitches = new Map<string, readonly Glitch[]>();
  #state: RoomState;
  #stopNotingAlive = () => {};
  #stopWaitingForItemEnd = () => {};
  #aliveFails = false;
  #savingUs = 0;

  constructor(identity: RoomIdentity, around: RoomSurroundings, logger: Logger) {
    const { roomId, name, runId, clockId } = identity;
    this.#identity = identity;
    this.#around = around;
    this.#logger = logger;
    this.#state = newRoom(roomId, name, clockId, roomUs(0));
    this.#events = new EventStream({ roomId, runId, clockId }, around.clock, around.timers, around.send);
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Takes up the saved room. @throws {StorageError} when it can't be read */
  start(): void {
    this.#restore();
    this.#events.start();
    this.#stopNotingAlive = this.#around.timers.every(ALIVE_EVERY_MS, () => this.#noteAlive());
    this.#waitForItemEnd();
  }

  stop(): void {
    this.#stopNotingAlive();
    this.#stopWaitingForItemEnd();
    this.#events.stop();
    this.#noteAlive();
  }

  #now(): RoomUs {
    return roomUs(this.#around.clock());
  }

  #restore(): void {
    const saved = this.#around.records.load();
    const now = this.#now();
    if (saved) {
      const state = resume(saved.state, saved.alive, this.#identity.clockId, now);
      const awayS = Math.max(0, Math.round((this.#around.wallMs() - saved.alive.wallMs) / 1000));
      const how = state.timeline.epoch === saved.state.timeline.epoch ? 'goes on' : 'has a new timeline';
      this.#logger.info(`back after ${awayS} s: the room is ${state.timeline.state} and ${how}`);
      this.#state = { ...state, name: this.#identity.name };
    } else {
      this.#state = newRoom(this.#identity.roomId, this.#identity.name, this.#identity.clockId, now);
    }
    this.#adopt(this.#state);
    this.#noteAlive();
  }

  /**
   * A request that was done before is answered as then.
   * @param head whose request it is; one without an id may be done twice
   * @throws {StorageError} when the disk is full or fails: the room is then as before
   */
  answer(request: RoomRequest['body'], { requestId = '', by = '' }: RequestHead = {}): ReplyBody {
    const asked = { requestId, by };
    const now = this.#now();
    this.#advance(now);
    switch (request.kind) {
      case 'getSnapshot':
        return { kind: 'snapshot', ...snapshotOf(this.#state, this.#identity.runId, this.#events.seq) };
      case 'getGlitches':
        return { kind: 'glitches', glitches: [...(this.#glitches.get(request.speakerId) ?? [])] };
      case 'setMembers':
        this.#adopt(withMembers(this.#state, request));
        this.#forgetStrangers();
        return done('');
      case 'renameRoom':
        this.#adopt({ ...this.#state, name: request.name });
        return done('');
      case 'setSettings':
        this.#set(request);
        return done('');
      case 'command':
        return { kind: 'answer', body: this.#command(request.body, asked, now) };
    }
  }

  #command(command: RoomCommand['body'], asked: Asked, now: RoomUs) {
    switch (command.kind) {
      case 'getStatus':
        return { kind: 'status', ...statusOf(this.#state, this.#reports, now) } as const;
      case 'getQueue':
        return { kind: 'queue', ...queueOf(this.#state, now) } as const;
      default:
        return this.#perform(command, asked, now);
    }
  }

  #perform(action: Action, asked: Asked, now: RoomUs) {
    const before = this.#answerBefore(asked);
    if (before) return before;
    const giver = { by: asked.by, now };
    const refusal = refusalOf(this.#state, action, giver);
    if (refusal) return { kind: 'failure', ...refusal } as const;
    const outcome = perform(this.#state, action, {
      now,
      leadUs: (item, frame) => this.#leadUs(now, item, frame),
    });
    if (outcome.kind === 'failure') return outcome;
    const state = withTransport(this.#state, outcome.state, action, giver);
    return this.#change(state, asked, wordsOf(action), outcome.note);
  }

  #leadUs(now: RoomUs, item?: QueueItem, frame = 0): number {
    const beginning = item && { item, frame, standsBy: standsBy(this.#state, item, frame, now) };
    return chooseLeadUs(this.#reports, now, beginning) + this.#savingUs;
  }

  // The lobby keeps them, and who has set them.
  #set({ mayAdd, defaultVolume, holdMs }: RoomSettings): void {
    const settings = { mayAdd, defaultVolume, holdMs };
    if (!isDeepStrictEqual(settings, this.#state.settings)) this.#adopt({ ...this.#state, settings });
  }

  #answerBefore(asked: Asked) {
    const note = asked.requestId === '' ? undefined : this.#around.records.noteOf(asked);
    return note === undefined ? undefined : ({ kind: 'done', note } as const);
  }

  /** What is told to anyone is on the disk before, and that it was answered, too. */
  #change(state: RoomState, asked: Asked, action: string, note: string) {
    const [atUnixMs, outcome] = [this.#around.wallMs(), note.slice(0, MAX_OUTCOME)];
    const lastAction = { atUnixMs, by: asked.by, room: state.name, action, outcome, done: true };
    const noted = { ...state, lastAction };
    this.#save(noted, asked.requestId === '' ? undefined : { ...asked, note });
    this.#publish(noted);
    return { kind: 'done', note } as const;
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

  #save(state: RoomState, answered?: Answered): void {
    const from = this.#now();
    this.#around.records.save(state, answered);
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
    this.#events.publish(events);
    this.#waitForItemEnd();
  }

  #waitForItemEnd(): void {
    this.#stopWaitingForItemEnd();
    const end = endOfItem(this.#state);
    if (end === undefined) return;
    const waitMs = Math.ceil((end - this.#now()) / 1000);
    this.#stopWaitingForItemEnd = this.#around.timers.after(Math.min(Math.max(0, waitMs), MAX_TIMER_MS), () =>
      this.#onItemTimer(),
    );
  }

  #onItemTimer(): void {
    this.#advance(this.#now());
    this.#waitForItemEnd();
  }

  /** Takes a report; one of a speaker that isn't a member is ignored. */
  note(report: Report): void {
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
      this.#around.records.saveAlive({
        clockId: this.#identity.clockId,
        roomUs: this.#now(),
        wallMs: this.#around.wallMs(),
      });
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
