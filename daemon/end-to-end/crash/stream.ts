import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from './streams.ts';

/** Goes on with a step until it is held; then everything that was begun is answered. */
export class Stream {
  readonly #step: Step;
  readonly #restMs: number;
  #running: Promise<void> | undefined;
  #goesOn = false;

  /** @param restMs between two steps */
  constructor(step: Step, restMs: number) {
    this.#step = step;
    this.#restMs = restMs;
  }

  start(): void {
    this.#goesOn = true;
    this.#running = this.#run();
    // Told by hold().
    this.#running.catch(() => {});
  }

  /** Resolves when the last step is answered. @throws what a step has thrown */
  async hold(): Promise<void> {
    this.#goesOn = false;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#goesOn) {
      await this.#step();
      await sleep(this.#restMs);
    }
  }
}
