import type { Random } from '../random.ts';
import type { Timers } from '../timers.ts';
import { type LocalClock, type LocalUs, localUs } from '../units.ts';
import type { Crystal } from './crystal.ts';
import type { Schedule } from './schedule.ts';

/** How late a program's timers are at most: it has other things to do. */
const TIMER_LATE_US = 1000;

/** A computer: its monotonic clock, and whether it is awake. */
export class Host {
  readonly name: string;
  readonly schedule: Schedule;
  readonly random: Random;
  /** Identity of its clock; another one after each boot. */
  clockId: string;
  readonly #crystal: Crystal;
  #asleep = false;
  #waiting: (() => void)[] = [];
  #boots = 1;

  constructor(name: string, schedule: Schedule, crystal: Crystal, random: Random) {
    this.name = name;
    this.schedule = schedule;
    this.random = random;
    this.#crystal = crystal;
    this.clockId = `${name}-1`;
  }

  readonly clock: LocalClock = (): LocalUs => localUs(this.#crystal.read(this.schedule.nowUs));

  get isAsleep(): boolean {
    return this.#asleep;
  }

  /** The clock is set ahead, as that of a virtual machine that was frozen. */
  stepClock(byUs: number): void {
    this.#crystal.step(this.schedule.nowUs, byUs);
  }

  /** Its programs stop where they are and its clock stands still, as CLOCK_MONOTONIC does. */
  suspend(): void {
    this.#asleep = true;
    this.#crystal.stop(this.schedule.nowUs);
  }

  resume(): void {
    this.#asleep = false;
    this.#crystal.start(this.schedule.nowUs);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) this.schedule.after(0, run);
  }

  /** A boot: the clock has another identity. The caller has killed its processes. */
  reboot(): void {
    this.clockId = `${this.name}-${++this.#boots}`;
  }

  /** Runs it now, or when the host is awake again. */
  whenAwake(run: () => void): void {
    if (this.#asleep) this.#waiting.push(run);
    else run();
  }
}

/** A program that runs on a host until it dies; afterwards nothing of it happens any more. */
export class Process {
  readonly host: Host;
  readonly #onDeath: (() => void)[] = [];
  #alive = true;

  constructor(host: Host) {
    this.host = host;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /** At once, without a chance to tidy up. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const run of this.#onDeath) run();
  }

  /** What others are to do when it dies. */
  onDeath(run: () => void): void {
    this.#onDeath.push(run);
  }

  readonly timers = timersOf((ms, run) => this.#in(ms, run));

  #in(ms: number, run: () => void): () => void {
    const { schedule, random } = this.host;
    let cancelled = false;
    const cancel = schedule.after(ms * 1000 + random() * TIMER_LATE_US, () => {
      this.host.whenAwake(() => {
        if (this.#alive && !cancelled) run();
      });
    });
    return () => {
      cancelled = true;
      cancel();
    };
  }
}

/** Timers of which `after` is given. */
export function timersOf(after: Timers['after']): Timers {
  return {
    after,
    every: (ms, run) => {
      let cancel = () => {};
      const again = () => {
        cancel = after(ms, () => {
          again();
          run();
        });
      };
      again();
      return () => cancel();
    },
  };
}
