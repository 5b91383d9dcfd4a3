import type { LocalUs } from '../units.ts';

/** The round trips of the last while, and what nearly all of them stay below. */
export class DelayWindow {
  readonly #windowUs: number;
  readonly #delays: { readonly atUs: LocalUs; readonly delayUs: number }[] = [];
  /** The same delays, ascending. */
  readonly #sorted: number[] = [];

  constructor(windowUs: number) {
    this.#windowUs = windowUs;
  }

  /** @param atUs no earlier than those before */
  add(atUs: LocalUs, delayUs: number): void {
    this.#delays.push({ atUs, delayUs });
    this.#sorted.splice(this.#indexOf(delayUs), 0, delayUs);
  }

  /** Forgets what is older than the window at `now`. */
  expire(now: LocalUs): void {
    const fresh = this.#delays.findIndex(({ atUs }) => now - atUs < this.#windowUs);
    const old = this.#delays.splice(0, fresh < 0 ? this.#delays.length : fresh);
    for (const { delayUs } of old) this.#sorted.splice(this.#indexOf(delayUs), 1);
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
