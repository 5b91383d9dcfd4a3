import type { Logger } from '../logger.ts';
import type { Schedule } from './schedule.ts';

/** What the programs of a home have said, with the times. */
export class HomeLog {
  readonly lines: string[] = [];
  readonly #schedule: Schedule;
  /** Also what is said often. */
  readonly #isDetailed: boolean;

  constructor(schedule: Schedule, isDetailed: boolean) {
    this.#schedule = schedule;
    this.#isDetailed = isDetailed;
  }

  /** @param who says it */
  add(who: string, text: string): void {
    this.lines.push(`${(this.#schedule.nowUs / 1e6).toFixed(3).padStart(10)} s  ${who.padEnd(12)} ${text}`);
  }

  /** The log of one program. */
  of(who: string): Logger {
    const say = (first: unknown, text?: unknown) => this.add(who, String(text ?? first));
    const rarely = this.#isDetailed ? say : () => {};
    return { debug: rarely, info: say, warn: say, error: say };
  }
}
