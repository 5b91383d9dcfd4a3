import type { LocalUs } from '../units.ts';

/** The round trips of the last while, and what nearly all of them stay below. */
export class DelayWindow {
  readonly #windowUs: number;
  #delays: { atUs: LocalUs; delayUs: number }[] = [];

  constructor(windowUs: number) {
    this.#windowUs = windowUs;
  }

  add(atUs: LocalUs, delayUs: number): void {
    this.#delays.push({ atUs, delayUs });
  }

  /** Forgets what is older than the window at `now`. */
  expire(now: LocalUs): void {
    this.#delays = this.#delays.filter(({ atUs }) => now - atUs < this.#windowUs);
  }

  /** 95th percentile, µs; 0 when there is none. */
  p95Us(): number {
    const sorted = Float64Array.from(this.#delays, ({ delayUs }) => delayUs).sort();
    return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
  }
}
