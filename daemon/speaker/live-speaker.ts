import { isDeepStrictEqual } from 'node:util';
import type { Assignment, ClockReport, Failure, RoomEvent, RoomSnapshot } from '../../protos/index.ts';
import { toRoom } from '../clock/clock-map.ts';
import type { ClockUpdate } from '../clock/clock-sync.ts';
import type { Logger } from '../logger.ts';
import type { Timers } from '../timers.ts';
import type { LocalClock, LocalUs } from '../units.ts';
import { version } from '../version.ts';
import type { TrackRef } from './cache/cache-policy.ts';
import { followEvent, followSnapshot, type RoomView } from './follower.ts';
import { GlitchLedger } from './glitch-ledger.ts';
import type { Identity } from './identity.ts';
import { LobbyLink, type LobbyRequests } from './lobby-link.ts';
import type { ToPlayer } from './playout/messages.ts';
import { planOf } from './playout/plan.ts';
import type { GlitchNote, PlayerReport } from './playout/player.ts';
import { RecentStalls } from './recent-stalls.ts';
import { type RoomConnection, RoomLink } from './room-link.ts';
import { reportOf } from './telemetry.ts';

/** Who a speaker is. */
export interface SpeakerOptions {
  readonly name: string;
  /** Where its coordinator is, for people. */
  readonly coordinator: () => string;
  readonly device: string;
  /** Of what follows the DAC; undefined: as the coordinator remembers it. */
  readonly delayMs: number | undefined;
  /** Of this run of the speaker. */
  readonly runId: string;
}

/** The speaker's tracks; see MediaCache. */
export interface SpeakerMedia {
  setServer(port: number): void;
  prefetch(tracks: readonly TrackRef[]): void;
  held(hash: string): number;
  readonly problem: string;
}

/** What a speaker has around it. */
export interface SpeakerSurroundings {
  readonly clock: LocalClock;
  /** Wall time in ms since 1970. */
  readonly wallMs: () => number;
  readonly timers: Timers;
  readonly identity: Pick<Identity, 'speakerId' | 'rememberDacPpm'>;
  readonly lobby: LobbyRequests;
  readonly media: SpeakerMedia;
  /** Tells the playout thread something. */
  readonly play: (message: ToPlayer) => void;
  readonly connectRoom: (assignment: Assignment, receive: (event: RoomEvent) => void) => RoomConnection;
  /** Keeps time with the clock of the room's host, from now on. */
  readonly keepTime: (
    assignment: Assignment,
    onUpdate: (update: ClockUpdate) => void,
  ) => { stop(): Promise<void> };
  readonly log: Logger;
}

/** How a speaker is, beside its playout. */
export interface SpeakerSituation {
  readonly name: string;
  /** Undefined until the coordinator has told it. */
  readonly roomName: string | undefined;
  readonly clock: ClockReport | undefined;
  /** What is wrong, for people; empty when nothing is. */
  readonly problem: string;
}

const reportMs = 500;
/** A DAC's rate is worth remembering once it was watched for this long. */
const rememberAfterUs = 60_000_000;

/** Follows a room: what a speaker does with what the lobby, the room, the clock and the playout thread tell it. */
export class LiveSpeaker {
  readonly #options: SpeakerOptions;
  readonly #around: SpeakerSurroundings;
  readonly #log: Logger;
  readonly #lobby: LobbyLink;
  readonly #glitches: GlitchLedger;
  readonly #lateness = new RecentStalls();
  readonly #startedUs: LocalUs;
  #assignment: Assignment | undefined;
  #room: RoomLink | undefined;
  #time: { stop(): Promise<void> } | undefined;
  #view: RoomView | undefined;
  #clockUpdate: ClockUpdate | undefined;
  #player: PlayerReport | undefined;
  #problem = '';
  #stopReporting = () => {};

  constructor(options: SpeakerOptions, around: SpeakerSurroundings) {
    this.#options = options;
    this.#around = around;
    this.#log = around.log;
    this.#glitches = new GlitchLedger(options.runId);
    this.#startedUs = around.clock();
    this.#lobby = new LobbyLink(around.lobby, around.timers, () => this.#introduction(), {
      onAssignment: (assignment) => this.#assign(assignment),
      onRefusal: (failure) => this.#refused(failure),
      onSilence: () => this.#say(`the coordinator at ${options.coordinator()} doesn't answer`),
    });
  }

  /** The room as this speaker knows it. */
  get view(): RoomView | undefined {
    return this.#view;
  }

  get situation(): SpeakerSituation {
    return {
      name: this.#assignment?.name ?? this.#options.name,
      roomName: this.#assignment?.roomName,
      clock: this.#clockUpdate?.report,
      problem: this.#problem || this.#around.media.problem,
    };
  }

  start(): void {
    this.#lobby.start();
    this.#stopReporting = this.#around.timers.every(reportMs, () => this.#report());
  }

  async stop(): Promise<void> {
    this.#stopReporting();
    this.#lobby.stop();
    this.#room?.stop();
    await this.#time?.stop();
    this.#rememberDac();
  }

  /** The coordinator is at another address now: its next answer counts for a new one. What plays goes on meanwhile. */
  rejoin(): void {
    this.#assignment = undefined;
  }

  /** Takes what the playout thread says of itself. */
  observe(report: PlayerReport): void {
    if (report.problem !== this.#player?.problem) {
      if (report.problem) this.#log.error(report.problem);
      else if (this.#player?.problem) this.#log.info('the sound device works');
    }
    const changed = report.state !== this.#player?.state;
    this.#player = report;
    if (changed) this.#report();
  }

  noteGlitch(glitch: GlitchNote): void {
    this.#log.warn(`${glitch.kind}: ${glitch.cause}`);
    this.#glitches.add(glitch, this.#around.wallMs());
    this.#report();
  }

  #introduction() {
    const { name, delayMs, device } = this.#options;
    return {
      speakerId: this.#around.identity.speakerId,
      name,
      version,
      device: this.#player?.format?.device ?? device,
      ...(delayMs === undefined ? {} : { delayUs: delayMs * 1000 }),
    };
  }

  #assign(assignment: Assignment): void {
    this.#say('');
    if (isDeepStrictEqual(assignment, this.#assignment)) return;
    this.#log.info(`${assignment.name} plays in room ${assignment.roomName}`);
    if (!this.#assignment || !isSameClock(assignment, this.#assignment)) this.#keepTimeOf(assignment);
    this.#assignment = assignment;
    this.#around.media.setServer(assignment.mediaPort);
    this.#room?.stop();
    this.#room = new RoomLink(
      this.#around.connectRoom(assignment, (event) => this.#hear(event)),
      this.#around.identity.speakerId,
      (snapshot) => this.#adopt(snapshot),
      this.#log,
    );
    this.#room.start();
  }

  #keepTimeOf(assignment: Assignment): void {
    void this.#time?.stop();
    // What is known of another clock would be told of this one's.
    if (this.#assignment) this.#clockUpdate = undefined;
    this.#time = this.#around.keepTime(assignment, (update) => this.#tick(update));
  }

  #refused({ message }: Failure): void {
    this.#say(`the coordinator refuses this speaker: ${message}`);
  }

  #hear(event: RoomEvent): void {
    const { view, behind } = followEvent(this.#view, event);
    if (behind) void this.#room?.askSnapshot();
    else if (view && view !== this.#view) this.#change(view);
    this.#noteLateness(event);
  }

  /** With what it took to hand on what it says. */
  #noteLateness({ clockId, sentRoomUs }: RoomEvent): void {
    const map = this.#clockUpdate?.map;
    if (map?.clockId !== clockId) return;
    const now = this.#around.clock();
    this.#lateness.note(now, toRoom(map, now) - sentRoomUs);
  }

  #adopt(snapshot: RoomSnapshot): void {
    const view = followSnapshot(this.#view, snapshot);
    if (view !== this.#view) this.#change(view);
  }

  #change(view: RoomView): void {
    const old = this.#view;
    this.#view = view;
    if (view.timeline !== old?.timeline || view.upcoming !== old.upcoming) this.#plan(view);
    if (view.levels !== old?.levels || view.members !== old.members) this.#setLevels(view);
    this.#report();
  }

  #plan({ timeline, upcoming }: RoomView): void {
    const plan = planOf(timeline, upcoming);
    if (plan) this.#around.play({ type: 'plan', plan, sentUs: this.#around.clock() });
    this.#around.media.prefetch(
      upcoming.items.map(({ track }) => ({ hash: track.hash, bytes: track.bytes })),
    );
  }

  #setLevels({ levels, members }: RoomView): void {
    const me = members.members.find((member) => member.speakerId === this.#around.identity.speakerId);
    // Not listed: moved to another room, which the lobby knows.
    if (!me) return void this.#lobby.hello();
    this.#around.play({ type: 'delay', delayUs: me.delayUs });
    this.#around.play({
      type: 'levels',
      levels: { roomVolume: levels.volume, speakerVolume: me.volume, muted: levels.muted || me.muted },
    });
  }

  #tick(update: ClockUpdate): void {
    const before = this.#clockUpdate?.report.state;
    this.#clockUpdate = update;
    if (update.report.state !== before) {
      this.#log.info(`the clock is ${update.report.state.toLowerCase()}`);
      this.#report();
    }
    // Until then the map may still be far off, and what it places would have to jump.
    const usable = update.report.state === 'SYNCHRONIZED' || update.report.state === 'HOLDOVER';
    if (!update.map || !usable) return;
    this.#around.play({ type: 'map', map: update.map, sentUs: this.#around.clock() });
  }

  #report(): void {
    if (!this.#player || !this.#clockUpdate) return;
    const { map, report } = this.#clockUpdate;
    const now = this.#around.clock();
    const nowRoomUs = map && toRoom(map, now);
    this.#room?.sendReport(
      reportOf({
        speakerId: this.#around.identity.speakerId,
        name: this.#assignment?.name ?? this.#options.name,
        view: this.#view,
        nowRoomUs,
        clock: nowRoomUs === undefined ? report : { ...report, offsetUs: nowRoomUs - now },
        player: this.#player,
        held: (hash) => this.#around.media.held(hash),
        problem: this.#problem || this.#around.media.problem,
        glitches: this.#glitches.last,
        lateUs: this.#lateness.allowanceUs(now),
      }),
    );
  }

  #rememberDac(): void {
    const watchedUs = this.#around.clock() - this.#startedUs;
    if (!this.#player || watchedUs <= rememberAfterUs) return;
    this.#around.identity.rememberDacPpm(this.#options.device, this.#player.dacPpm);
  }

  /** Says what is wrong once, not each time it is found again. */
  #say(problem: string): void {
    if (problem && problem !== this.#problem) this.#log.warn(problem);
    if (!problem && this.#problem) this.#log.info('the coordinator is there');
    this.#problem = problem;
  }
}

function isSameClock(a: Assignment, b: Assignment): boolean {
  return a.clockPort === b.clockPort && a.roomHost === b.roomHost && isDeepStrictEqual(a.roomKey, b.roomKey);
}
