import { randomUUID } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { Assignment, RoomEvent } from '../../protos/index.ts';
import { ClockClient } from '../clock/clock-client.ts';
import type { ClockUpdate } from '../clock/clock-sync.ts';
import type { DriftStore } from '../clock/drift-store.ts';
import { messageOf } from '../errno.ts';
import type { Logger } from '../logger.ts';
import { browse } from '../net/discovery/browse.ts';
import type { CoordinatorMemory } from '../net/discovery/coordinator-memory.ts';
import { FollowedLobby } from '../net/discovery/followed-lobby.ts';
import type { Place, WantedCoordinator } from '../net/discovery/place.ts';
import type { KeyRing } from '../security/key-ring.ts';
import { nodeTimers } from '../timers.ts';
import type { LocalClock } from '../units.ts';
import type { MediaCache } from './cache/media-cache.ts';
import type { Identity } from './identity.ts';
import { KeyedLobby } from './keyed-lobby.ts';
import { LiveSpeaker, type SpeakerMedia, type SpeakerSituation } from './live-speaker.ts';
import { TrackTokens } from './media-tokens.ts';
import type { ChannelChoice } from './playout/channel-stream.ts';
import type { PlayerReport } from './playout/player.ts';
import { PlayoutThread } from './playout/playout-thread.ts';
import type { SinkSpec } from './playout/sinks/sink-spec.ts';
import { RoomSockets } from './room-sockets.ts';

/** What a speaker is told at its start. */
export interface SpeakerSettings {
  readonly name: string;
  readonly coordinator: WantedCoordinator;
  readonly sink: SinkSpec;
  readonly device: string;
  /** Of what follows the DAC; undefined: as the coordinator remembers it. */
  readonly delayMs: number | undefined;
  readonly bufferMs: number;
  readonly channels: ChannelChoice;
  /** Name of the card's volume control to use, true for a usual one, false for none. */
  readonly mixer: string | boolean;
  /** With nothing to play for so long the device is closed; 0: never. */
  readonly idleCloseS: number;
}

/** What a speaker remembers of its earlier runs. */
export interface Remembered {
  readonly identity: Identity;
  readonly drifts: DriftStore;
  readonly coordinator: CoordinatorMemory;
  /** Its own keys, and those of the coordinators that it knows; has been loaded. */
  readonly ring: KeyRing;
}

/** Wi-Fi may hold back what is sent to all for a third of a second. */
const browseTimes = { noneMs: 2000, settleMs: 1000 };

/** A speaker at its sockets, its clock, its disk and its playout thread. */
export class Speaker {
  readonly #settings: SpeakerSettings;
  readonly #cache: MediaCache;
  readonly #drifts: DriftStore;
  readonly #clock: LocalClock;
  readonly #log: Logger;
  readonly #lobby: FollowedLobby;
  readonly #ring: KeyRing;
  readonly #tokens: TrackTokens;
  readonly #playout: PlayoutThread;
  readonly #live: LiveSpeaker;
  #keyed: KeyedLobby | undefined;
  #onReport = (_report: PlayerReport, _situation: SpeakerSituation): void => {};

  /**
   * @param worker the playout thread, see startPlayoutWorker()
   * @param onDeath called when the playout thread has died
   */
  constructor(
    settings: SpeakerSettings,
    worker: Worker,
    remembered: Remembered,
    cache: MediaCache,
    clock: LocalClock,
    log: Logger,
    onDeath: (error: Error) => void,
  ) {
    const { sink, device, bufferMs, channels, mixer, idleCloseS } = settings;
    this.#settings = settings;
    this.#cache = cache;
    this.#drifts = remembered.drifts;
    this.#clock = clock;
    this.#log = log;
    this.#ring = remembered.ring;
    this.#lobby = this.#follow(remembered.coordinator);
    this.#tokens = new TrackTokens(this.#lobby, clock);
    const { identity } = remembered;
    this.#playout = new PlayoutThread(
      worker,
      { sink, device, bufferMs, dacPpm: identity.dacPpm(device), channels, mixer, idleCloseS },
      {
        index: (hash) => cache.index(hash),
        read: (hash, bytes, offset, length) => cache.bytes(hash, bytes).read(offset, length),
      },
      {
        onReport: (report) => {
          this.#live.observe(report);
          this.#onReport(report, this.#live.situation);
        },
        onGlitch: (glitch) => this.#live.noteGlitch(glitch),
        onScheduling: (text) => log.info(`the playout thread runs with ${text}`),
        onDeath,
      },
    );
    this.#live = new LiveSpeaker(
      { ...settings, coordinator: () => this.coordinatorAddress, runId: randomUUID() },
      {
        clock,
        wallMs: Date.now,
        timers: nodeTimers,
        identity,
        lobby: this.#lobby,
        media: this.#media(),
        play: (message) => this.#playout.send(message),
        connectRoom: (assignment, receive) => this.#connectRoom(assignment, receive),
        keepTime: (assignment, onUpdate) => this.#keepTime(assignment, onUpdate),
        log,
      },
    );
  }

  /** HOST:PORT at which the coordinator is taken to be. */
  get coordinatorAddress(): string {
    const { host, port } = this.#lobby.place;
    return `${host}:${port}`;
  }

  /** @param onReport hears each of the playout thread's reports, and how the speaker is otherwise */
  start(onReport: (report: PlayerReport, situation: SpeakerSituation) => void): void {
    this.#onReport = onReport;
    this.#playout.start();
    this.#lobby.start();
    this.#live.start();
  }

  async stop(): Promise<void> {
    await this.#live.stop();
    await this.#playout.stop();
    await this.#cache.stop();
  }

  #follow(memory: CoordinatorMemory): FollowedLobby {
    const log = this.#log;
    return new FollowedLobby(this.#settings.coordinator, memory.load(), {
      clock: this.#clock,
      connect: (place) => this.#connectLobby(place),
      browse: () => browse(browseTimes),
      remember(known) {
        try {
          memory.save(known);
        } catch (error) {
          log.warn(`which coordinator this speaker belongs to can't be kept: ${messageOf(error)}`);
        }
      },
      onMove: () => this.#live.rejoin(),
      log,
    });
  }

  #connectLobby(place: Place): KeyedLobby {
    this.#keyed = new KeyedLobby({
      as: 'speaker',
      ...place,
      ring: this.#ring,
      environment: process.env,
      onNewKey: () => this.#live.rejoin(),
      log: this.#log,
    });
    return this.#keyed;
  }

  #connectRoom(assignment: Assignment, receive: (event: RoomEvent) => void): RoomSockets {
    const keys = this.#keyed?.keysFor(assignment.roomKey);
    return new RoomSockets(this.#hostOf(assignment), assignment, receive, this.#log, keys);
  }

  /** Where room and clock are. */
  #hostOf({ roomHost }: Assignment): string {
    return roomHost || this.#lobby.place.host;
  }

  #media(): SpeakerMedia {
    const cache = this.#cache;
    return {
      setServer: (port) => {
        const tokens = this.#keyed?.keys && this.#tokens;
        cache.setServer(this.#lobby.place.host, port, tokens);
      },
      prefetch: (tracks) => cache.prefetch(tracks),
      held: (hash) => cache.held(hash),
      get problem() {
        return cache.problem;
      },
    };
  }

  #keepTime(assignment: Assignment, onUpdate: (update: ClockUpdate) => void): ClockClient {
    const client = new ClockClient({
      address: `tcp://${this.#hostOf(assignment)}:${assignment.clockPort}`,
      clock: this.#clock,
      keys: this.#keyed?.keysFor(assignment.roomKey),
      drifts: this.#drifts,
      onUpdate,
      onProblem: (message) => this.#log.warn(message),
    });
    client.start();
    return client;
  }
}
