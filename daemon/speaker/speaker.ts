import { randomUUID } from 'node:crypto';
import { LobbyReply, LobbyRequest } from '../../protos/index.ts';
import { ClockClient } from '../clock/clock-client.ts';
import type { ClockUpdate } from '../clock/clock-sync.ts';
import type { DriftStore } from '../clock/drift-store.ts';
import type { Logger } from '../logger.ts';
import { Requester } from '../net/requester.ts';
import { nodeTimers } from '../timers.ts';
import type { LocalClock } from '../units.ts';
import type { MediaCache } from './cache/media-cache.ts';
import type { Identity } from './identity.ts';
import { LiveSpeaker, type SpeakerMedia } from './live-speaker.ts';
import type { ChannelChoice } from './playout/channel-stream.ts';
import { PlayoutThread } from './playout/playout-thread.ts';
import type { SinkSpec } from './playout/sinks/sink-spec.ts';
import { RoomSockets } from './room-sockets.ts';

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
  readonly channels: ChannelChoice;
  /** With nothing to play for so long the device is closed; 0: never. */
  readonly idleCloseS: number;
}

/** A speaker at its sockets, its clock, its disk and its playout thread. */
export class Speaker {
  readonly #settings: SpeakerSettings;
  readonly #cache: MediaCache;
  readonly #drifts: DriftStore;
  readonly #clock: LocalClock;
  readonly #log: Logger;
  readonly #lobby: Requester<LobbyRequest['body'], LobbyReply['body']>;
  readonly #playout: PlayoutThread;
  readonly #live: LiveSpeaker;

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
    const { host, port, sink, device, bufferMs, channels, idleCloseS } = settings;
    this.#settings = settings;
    this.#cache = cache;
    this.#drifts = drifts;
    this.#clock = clock;
    this.#log = log;
    this.#lobby = new Requester(`tcp://${host}:${port}`, LobbyRequest, LobbyReply);
    this.#playout = new PlayoutThread(
      { sink, device, bufferMs, dacPpm: identity.dacPpm(device), channels, idleCloseS },
      {
        index: (hash) => cache.index(hash),
        read: (hash, bytes, offset, length) => cache.bytes(hash, bytes).read(offset, length),
      },
      {
        onReport: (report) => this.#live.observe(report),
        onGlitch: (glitch) => this.#live.noteGlitch(glitch),
        onScheduling: (text) => log.info(`the playout thread runs with ${text}`),
        onDeath,
      },
    );
    this.#live = new LiveSpeaker(
      { ...settings, coordinator: `${host}:${port}`, runId: randomUUID() },
      {
        clock,
        wallMs: Date.now,
        timers: nodeTimers,
        identity,
        lobby: this.#lobby,
        media: this.#media(),
        play: (message) => this.#playout.send(message),
        connectRoom: (assignment, receive) => new RoomSockets(host, assignment, receive, log),
        keepTime: (clockPort, onUpdate) => this.#keepTime(clockPort, onUpdate),
        log,
      },
    );
  }

  start(): void {
    this.#playout.start();
    this.#lobby.start();
    this.#live.start();
  }

  async stop(): Promise<void> {
    await this.#live.stop();
    await this.#playout.stop();
    await this.#cache.stop();
  }

  #media(): SpeakerMedia {
    const cache = this.#cache;
    return {
      setServer: (port) => cache.setServer(this.#settings.host, port),
      prefetch: (tracks) => cache.prefetch(tracks),
      held: (hash) => cache.held(hash),
      get problem() {
        return cache.problem;
      },
    };
  }

  #keepTime(clockPort: number, onUpdate: (update: ClockUpdate) => void): ClockClient {
    const client = new ClockClient({
      address: `tcp://${this.#settings.host}:${clockPort}`,
      clock: this.#clock,
      drifts: this.#drifts,
      onUpdate,
      onProblem: (message) => this.#log.warn(message),
    });
    client.start();
    return client;
  }
}
