/** Log lines that were held back: how many like the message there were, beyond those logged. */
export interface Repetition {
  /** pino's number for the level. */
  readonly level: number;
  /** The last one's. */
  readonly message: string;
  readonly times: number;
}

interface Held {
  readonly level: number;
  readonly untilMs: number;
  message: string;
  times: number;
}

/** A message counts as repeated for this long after it was logged. */
export const HOLD_MS = 60_000;
/** So many different messages are watched; a flood of different ones pushes the oldest out. */
const WATCHED = 300;
/** Messages that differ further behind count as the same. */
const COMPARED_CHARACTERS = 200;

/**
 * Holds back log lines that say again what was said within the last minute, and counts them. Two messages are the
 * same if they differ in numbers only: ports, times and hashes vary in an error that is still one.
 */
export class LogLimit {
  readonly #held = new Map<string, Held>();
  #pushedOut: Repetition[] = [];

  /** Whether a line is to be logged now; if not, it's counted. */
  admit(level: number, message: string, nowMs: number): boolean {
    const key = `${level} ${message.slice(0, COMPARED_CHARACTERS).replaceAll(/[0-9a-f]*\d[0-9a-f]*/gi, '#')}`;
    const held = this.#held.get(key);
    if (held && nowMs < held.untilMs) {
      held.message = message;
      held.times += 1;
      return false;
    }
    if (held) this.#release(key, held);
    else if (this.#held.size >= WATCHED) this.#releaseOldest();
    this.#held.set(key, { level, message, times: 0, untilMs: nowMs + HOLD_MS });
    return true;
  }

  /** When there will be something to tell, unless nothing more comes. */
  get dueMs(): number | undefined {
    if (this.#pushedOut.length > 0) return 0;
    return [...this.#held.values()].find(({ times }) => times > 0)?.untilMs;
  }

  /**
   * What is to be told now. What has been repeated goes on being held back, so that a lasting fault is told once
   * a minute.
   */
  due(nowMs: number): Repetition[] {
    const over = [...this.#held].filter(([, { untilMs }]) => untilMs <= nowMs);
    for (const [key, held] of over) {
      const { level, message, times } = held;
      this.#release(key, held);
      if (times > 0) this.#held.set(key, { level, message, times: 0, untilMs: nowMs + HOLD_MS });
    }
    return this.#take();
  }

  /** All that has been held back so far, for the program's end. */
  rest(): Repetition[] {
    for (const [key, held] of this.#held) this.#release(key, held);
    return this.#take();
  }

  #releaseOldest(): void {
    const [oldest] = this.#held;
    if (oldest) this.#release(...oldest);
  }

  #release(key: string, { level, message, times }: Held): void {
    this.#held.delete(key);
    if (times > 0) this.#pushedOut.push({ level, message, times });
  }

  #take(): Repetition[] {
    const taken = this.#pushedOut;
    this.#pushedOut = [];
    return taken;
  }
}

/** For people: `disk full … and 123 more times in the last minute`. */
export function describeRepetition({ message, times }: Repetition): string {
  return `${message} … and ${times} more ${times === 1 ? 'time' : 'times'} in the last minute`;
}
