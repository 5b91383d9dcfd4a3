import type { Timers } from '../timers.ts';

const ASK_EVERY_MS = 1000;
/** Whoever is well answers within some ms, under any load within a second or two. */
const UNANSWERED_LIMIT = 5;

/**
 * Notices that somebody answers nothing any more, though it's there: a process that was stopped, or hangs. It counts
 * questions, not time, so that nobody is given up because this process itself was asleep.
 */
export class AnswerWatch {
  readonly #timers: Timers;
  readonly #ask: () => void;
  readonly #giveUp: () => void;
  #unanswered = 0;
  #stop = () => {};

  /** @param giveUp called once, after about five seconds without an answer */
  constructor(timers: Timers, ask: () => void, giveUp: () => void) {
    this.#timers = timers;
    this.#ask = ask;
    this.#giveUp = giveUp;
  }

  start(): void {
    this.#stop = this.#timers.every(ASK_EVERY_MS, () => this.#tick());
  }

  stop(): void {
    this.#stop();
  }

  noteAnswer(): void {
    this.#unanswered = 0;
  }

  #tick(): void {
    if (this.#unanswered >= UNANSWERED_LIMIT) {
      this.stop();
      this.#giveUp();
      return;
    }
    this.#unanswered += 1;
    this.#ask();
  }
}
