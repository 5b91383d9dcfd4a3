import { type Process, timersOf } from './host.ts';

/** How late a thread runs at most, after the time that it asked for. */
const LATE_US = 1000;

/** The playout thread of a simulated speaker. It may not get to run for a while; then all comes later, in order. */
export class SimulatedThread {
  readonly #process: Process;
  #stalledUntilUs = 0;

  constructor(process: Process) {
    this.#process = process;
  }

  /** It doesn't get to run for so long. */
  stall(ms: number): void {
    this.#stalledUntilUs = this.#process.host.schedule.nowUs + ms * 1000;
  }

  /** Runs something in it; what is sent there is run one after the other. */
  post(run: () => void): void {
    this.#at(this.#process.host.schedule.nowUs, run);
  }

  readonly timers = timersOf((ms, run) => {
    const { schedule, random } = this.#process.host;
    let cancelled = false;
    this.#at(schedule.nowUs + ms * 1000 + random() * LATE_US, () => {
      if (!cancelled) run();
    });
    return () => {
      cancelled = true;
    };
  });

  // Nothing that the player does is waited for by a promise.
  #at(atUs: number, run: () => void): void {
    const { host } = this.#process;
    host.schedule.plainAt(Math.max(atUs, this.#stalledUntilUs), () => {
      if (host.schedule.nowUs < this.#stalledUntilUs) this.#at(this.#stalledUntilUs, run);
      else
        host.whenAwake(() => {
          if (this.#process.isAlive) run();
        });
    });
  }
}
