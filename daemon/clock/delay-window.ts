import type { LocalUs } from '../units.ts';

/** The round trips of the last while, and what nearly all of them stay below. */
export class DelayWindow {
  readonly #windowUs: number;
  #delays: { readonly atUs: LocalUs; readonly delayUs: number }[] = [];
  /** The same delays, ascending. */
  readonly #sorted: number[] = [];

  constructor(windowUs: number) {
    this.#windowUs = windowUs;
  }

  add(atUs: LocalUs, delayUs: number): void {
    this.#delays.push({ atUs, delayUs });
    this.#sorted.splice(this.#indexOf(delayUs), 0, delayUs);
  }

  /** Forgets what is older than the window at `now`. */
  expire(now: LocalUs): void {
    const kept = this.#delays.filter(({ atUs }) => now - atUs < this.#windowUs);
    if (kept.length === this.#delays.length) return;
    for (const { atUs, delayUs } of this.#delays)
      if (now - atUs >= this.#windowUs) this.#sorted.splice(this.#indexOf(delayUs), 1);
    this.#delays = kept;
  }

  /** 95th percentile, µs; 0 when there is none. */
  p95Us(): number {
    return this.#sorted[Math.ceil(this.#sorted.length * 0.95) - 1] ?? 0;
  }

  /** Where the first delay stands that isn't below this one. */
  #indexOf(delayUs: number): number {
    let [from, to] = [0, this.#sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#sorted[middle] ?? 0) < delayUs) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
