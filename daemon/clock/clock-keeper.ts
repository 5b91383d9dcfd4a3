import { messageOf } from '../errno.ts';
import { NoReplyError } from '../net/request.ts';
import type { Timers } from '../timers.ts';
import type { LocalClock, LocalUs } from '../units.ts';
import { type DriftPrior, UNKNOWN_DRIFT } from './clock-filter.ts';
import { ClockSync, type ClockUpdate } from './clock-sync.ts';
import type { DriftStore } from './drift-store.ts';
import type { ClockSample } from './sample.ts';

/** What a clock keeper works with and tells. */
export interface ClockKeeperOptions {
  /** Under which the drift is kept from run to run; the clock responder's address. */
  readonly peer: string;
  readonly clock: LocalClock;
  readonly timers: Timers;
  readonly drifts?: Pick<DriftStore, 'load' | 'save'>;
  /**
   * Exchanges one sample; undefined when it is of no use.
   * @throws {NoReplyError} when nobody answers; other errors when the answer can't be understood
   */
  exchange(): Promise<ClockSample | undefined>;
  /** After each burst, also one that nobody answered. */
  onUpdate(update: ClockUpdate): void;
  /** A sentence for people, once for each new problem. Silence is none: the report's state tells it. */
  onProblem(message: string): void;
}

const PRIOR_SIGMA_PPM = 2;
const SAVE_SIGMA_PPM = 0.5;
const SAVE_EVERY_US = 60e6;

/** Keeps time with a clock responder: exchanges bursts of samples for as long as it runs, and tells what they say. */
export class ClockKeeper {
  readonly #options: ClockKeeperOptions;
  #running: Promise<void> | undefined;
  #stopped = false;
  #endWait = () => {};
  #savedUs: LocalUs;
  #problem = '';

  constructor(options: ClockKeeperOptions) {
    this.#options = options;
    this.#savedUs = options.clock();
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves once an exchange that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endWait();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, onUpdate } = this.#options;
    const sync = new ClockSync(await this.#prior());
    while (!this.#stopped) {
      const samples = await this.#burst(sync.plan.samples);
      if (this.#stopped) break;
      onUpdate(sync.addBurst(samples, clock()));
      if (clock() - this.#savedUs >= SAVE_EVERY_US) await this.#saveDrift(sync);
      await this.#waitUntil(sync.plan.atLocalUs);
    }
    await this.#saveDrift(sync);
  }

  /** Ends early when a reply doesn't come. */
  async #burst(size: number): Promise<ClockSample[]> {
    const samples: ClockSample[] = [];
    try {
      for (let sent = 0; sent < size; sent++) {
        const sample = await this.#options.exchange();
        if (sample) samples.push(sample);
      }
      if (samples.length > 0) this.#problem = '';
    } catch (error) {
      if (!this.#stopped && !(error instanceof NoReplyError)) this.#tell(this.#reason(error));
    }
    return samples;
  }

  #waitUntil(atUs: LocalUs): Promise<void> {
    const waitMs = Math.max(0, (atUs - this.#options.clock()) / 1000);
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.timers.after(waitMs, resolve);
      this.#endWait = () => {
        cancel();
        resolve();
      };
    });
  }

  async #prior(): Promise<DriftPrior> {
    const driftPpm = await this.#options.drifts?.load(this.#options.peer);
    return driftPpm === undefined ? UNKNOWN_DRIFT : { driftPpm, sigmaPpm: PRIOR_SIGMA_PPM };
  }

  async #saveDrift(sync: ClockSync): Promise<void> {
    this.#savedUs = this.#options.clock();
    const driftPpm = sync.driftPpm(SAVE_SIGMA_PPM);
    if (driftPpm === undefined) return;
    try {
      await this.#options.drifts?.save(this.#options.peer, driftPpm);
    } catch (error) {
      this.#tell(`the clock's drift could not be kept for the next start: ${messageOf(error)}`);
    }
  }

  #reason(error: unknown): string {
    return `the clock at ${this.#options.peer} can't be used: ${messageOf(error)}`;
  }

  #tell(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.onProblem(problem);
  }
}
