import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Assignment, Failure, RoomEvent, RoomSnapshot } from '../../protos/index.ts';
import { ClockClient } from '../clock/clock-client.ts';
import { toRoom } from '../clock/clock-map.ts';
import type { ClockUpdate } from '../clock/clock-sync.ts';
import type { DriftStore } from '../clock/drift-store.ts';
import type { Logger } from '../logger.ts';
import type { LocalClock } from '../units.ts';
import { version } from '../version.ts';
import { followEvent, followSnapshot, type RoomView } from './follower.ts';
import { GlitchLedger } from './glitch-ledger.ts';
import type { Identity } from './identity.ts';
import { LobbyLink } from './lobby-link.ts';
import type { MediaCache } from './media-cache.ts';
import { planOf } from './playout/plan.ts';
import type { GlitchNote, PlayerReport } from './playout/player.ts';
import { PlayoutThread } from './playout/playout-thread.ts';
import type { SinkSpec } from './playout/sink-spec.ts';
import { RoomLink } from './room-link.ts';
import { reportOf } from './telemetry.ts';

/** What a speaker is told at its start. */
export interface SpeakerSettings {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly sink: SinkSpec;
  readonly device: string;
  /** Of what follows the DAC; undefined: as the coordinator remembers it. */
  readonly delayMs: number | undefined;
  readonly bufferMs: number;
}

const reportMs = 500;
/** A DAC's rate is worth remembering once it was watched for this long. */
const rememberAfterMs = 60_000;

/** Follows a room: wires the lobby, the room, the clock, the media cache and the playout thread together. */
export class Speaker {
  readonly #settings: SpeakerSettings;
  readonly #identity: Identity;
  readonly #cache: MediaCache;
  readonly #drifts: DriftStore;
  readonly #clock: LocalClock;
  readonly #log: Logger;
  readonly #lobby: LobbyLink;
  readonly #playout: PlayoutThread;
  readonly #startedAtMs = performance.now();
  #assignment: Assignment | undefined;
  #room: RoomLink | undefined;
  #time: ClockClient | undefined;
  #view: RoomView | undefined;
  #clockUpdate: ClockUpdate | undefined;
  #player: PlayerReport | undefined;
  #problem = '';
  readonly #glitches = new GlitchLedger(randomUUID());
  #reporting: NodeJS.Timeout | undefined;

  /** @param onDeath called when the playout thread has died */
  constructor(
    settings: SpeakerSettings,
    identity: Identity,
    cache: MediaCache,
    drifts: DriftStore,
    clock: LocalClock,
    log: Logger,
    onDeath: (error: Error) => void,
  ) {
    this.#settings = settings;
    this.#identity = identity;
    this.#cache = cache;
    this.#drifts = drifts;
    this.#clock = clock;
    this.#log = log;
    const address = `tcp://${settings.host}:${settings.port}`;
    this.#lobby = new LobbyLink(address, () => this.#introduction(), {
      onAssignment: (assignment) => this.#assign(assignment),
      onRefusal: (failure) => this.#refused(failure),
      onSilence: () => this.#say(`the coordinator at ${settings.host}:${settings.port} doesn't answer`),
    });
    const { sink, device, bufferMs } = settings;
    this.#playout = new PlayoutThread(
      { sink, device, bufferMs, dacPpm: identity.dacPpm(device) },
      {
        index: (hash) => cache.index(hash),
        read: (hash, bytes, offset, length) => cache.bytes(hash, bytes).read(offset, length),
      },
      {
        onReport: (report) => this.#observe(report),
        onGlitch: (glitch) => this.#noteGlitch(glitch),
        onScheduling: (text) => log.info(`the playout thread runs with ${text}`),
        onDeath,
      },
    );
  }

  start(): void {
    this.#playout.start();
    this.#lobby.start();
    this.#reporting = setInterval(() => this.#report(), reportMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#reporting);
    this.#lobby.stop();
    this.#room?.stop();
    await this.#time?.stop();
    this.#rememberDac();
    await this.#playout.stop();
    await this.#cache.stop();
  }

  #introduction() {
    const { name, delayMs, device } = this.#settings;
    return {
      speakerId: this.#identity.speakerId,
      name,
      version,
      device: this.#player?.format?.device ?? device,
      ...(delayMs === undefined ? {} : { delayUs: delayMs * 1000 }),
    };
  }

  #assign(assignment: Assignment): void {
    this.#say('');
    if (isDeepStrictEqual(assignment, this.#assignment)) return;
    const { host } = this.#settings;
    this.#log.info(`${assignment.name} plays in room ${assignment.roomName}`);
    if (assignment.clockPort !== this.#assignment?.clockPort) this.#keepTimeWith(assignment.clockPort);
    this.#assignment = assignment;
    this.#cache.setServer(host, assignment.mediaPort);
    this.#room?.stop();
    this.#room = new RoomLink(
      host,
      assignment,
      this.#identity.speakerId,
      { onEvent: (event) => this.#hear(event), onSnapshot: (snapshot) => this.#adopt(snapshot) },
      this.#log,
    );
    this.#room.start();
  }

  #keepTimeWith(clockPort: number): void {
    void this.#time?.stop();
    this.#time = new ClockClient({
      address: `tcp://${this.#settings.host}:${clockPort}`,
      clock: this.#clock,
      drifts: this.#drifts,
      onUpdate: (update) => this.#tick(update),
      onProblem: (message) => this.#log.warn(message),
    });
    this.#time.start();
  }

  #refused({ message }: Failure): void {
    this.#say(`the coordinator refuses this speaker: ${message}`);
  }

  #hear(event: RoomEvent): void {
    const { view, behind } = followEvent(this.#view, event);
    if (behind) void this.#room?.askSnapshot();
    else if (view && view !== this.#view) this.#change(view);
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
    this.#cache.prefetch(upcoming.items.map(({ track }) => ({ hash: track.hash, bytes: track.bytes })));
    const plan = planOf(timeline, upcoming);
    if (plan) this.#playout.send({ type: 'plan', plan });
  }

  #setLevels({ levels, members }: RoomView): void {
    const me = members.members.find((member) => member.speakerId === this.#identity.speakerId);
    // Not listed: moved to another room, which the lobby knows.
    if (!me) return void this.#lobby.hello();
    this.#playout.send({ type: 'delay', delayUs: me.delayUs });
    this.#playout.send({
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
    if (update.map && usable) this.#playout.send({ type: 'map', map: update.map });
  }

  #observe(report: PlayerReport): void {
    if (report.problem !== this.#player?.problem) {
      if (report.problem) this.#log.error(report.problem);
      else if (this.#player?.problem) this.#log.info('the sound device works');
    }
    const changed = report.state !== this.#player?.state;
    this.#player = report;
    if (changed) this.#report();
  }

  #report(): void {
    if (!this.#player || !this.#clockUpdate) return;
    const { map, report } = this.#clockUpdate;
    this.#room?.sendReport(
      reportOf({
        speakerId: this.#identity.speakerId,
        name: this.#assignment?.name ?? this.#settings.name,
        view: this.#view,
        nowRoomUs: map && toRoom(map, this.#clock()),
        clock: report,
        player: this.#player,
        held: (hash) => this.#cache.held(hash),
        problem: this.#problem || this.#cache.problem,
        glitches: this.#glitches.last,
      }),
    );
  }

  #noteGlitch(glitch: GlitchNote): void {
    this.#log.warn(`${glitch.kind}: ${glitch.cause}`);
    this.#glitches.add(glitch, Date.now());
    this.#report();
  }

  #rememberDac(): void {
    const known = this.#player && performance.now() - this.#startedAtMs > rememberAfterMs;
    if (known) this.#identity.rememberDacPpm(this.#settings.device, this.#player!.dacPpm);
  }

  /** Says what is wrong once, not each time it is found again. */
  #say(problem: string): void {
    if (problem && problem !== this.#problem) this.#log.warn(problem);
    if (!problem && this.#problem) this.#log.info('the coordinator is there');
    this.#problem = problem;
  }
}
