import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { TrackIndex } from '../../../protos/index.ts';
import type { FromPlayout, MediaQuestion, PlayoutSettings, ToPlayout } from './messages.ts';
import type { GlitchNote, PlayerReport } from './player.ts';

/** Where the playout thread's questions are answered: the media cache. */
export interface MediaSource {
  index(hash: string): Promise<TrackIndex>;
  /** Exactly these bytes, when they have arrived. */
  read(hash: string, bytes: number, offset: number, length: number): Promise<Uint8Array>;
}

export interface PlayoutEvents {
  onReport(report: PlayerReport): void;
  onGlitch(note: GlitchNote): void;
  /** What scheduling the thread has got, for the log. */
  onScheduling(text: string): void;
  /** The thread has died; no sound comes any more. */
  onDeath(error: Error): void;
}

/** The playout thread as the rest of the speaker sees it. */
export class PlayoutThread {
  readonly #settings: PlayoutSettings;
  readonly #media: MediaSource;
  readonly #events: PlayoutEvents;
  readonly #worker: Worker;
  #runs = false;

  /** @param worker as startPlayoutWorker() has made it */
  constructor(worker: Worker, settings: PlayoutSettings, media: MediaSource, events: PlayoutEvents) {
    this.#worker = worker;
    this.#settings = settings;
    this.#media = media;
    this.#events = events;
  }

  start(): void {
    this.#worker.on('message', (message: FromPlayout) => this.#receive(message));
    this.#worker.on('error', (error: Error) => this.#events.onDeath(error));
    this.#runs = true;
    this.send({ type: 'begin', settings: this.#settings });
  }

  /** Ends the thread; the device is closed when this resolves. */
  async stop(): Promise<void> {
    if (!this.#runs) return;
    const ended = once(this.#worker, 'exit');
    this.send({ type: 'close' });
    await ended;
    this.#runs = false;
  }

  send(message: ToPlayout): void {
    if (this.#runs) this.#worker.postMessage(message);
  }

  #receive(message: FromPlayout): void {
    switch (message.type) {
      case 'report':
        this.#events.onReport(message.report);
        break;
      case 'glitch':
        this.#events.onGlitch(message.note);
        break;
      case 'scheduling':
        this.#events.onScheduling(message.text);
        break;
      case 'question':
        void this.#answer(message.id, message.question);
    }
  }

  async #answer(id: number, question: MediaQuestion): Promise<void> {
    try {
      this.send({ type: 'answer', id, value: await this.#ask(question) });
    } catch (error) {
      this.send({ type: 'failed', id, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #ask(question: MediaQuestion): Promise<Uint8Array | TrackIndex> {
    return question.type === 'index'
      ? this.#media.index(question.hash)
      : this.#media.read(question.hash, question.bytes, question.offset, question.length);
  }
}
