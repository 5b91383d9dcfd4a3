import type { LocalUs } from '../units.ts';

/** The least of the values of the last while. Holds only those that can still become the least. */
export class RecentMinimum {
  readonly #windowUs: number;
  // Ascending in both time and value.
  #candidates: { atUs: LocalUs; value: number }[] = [];

  constructor(windowUs: number) {
    this.#windowUs = windowUs;
  }

  /** Infinity as long as there is none. */
  get value(): number {
    return this.#candidates[0]?.value ?? Number.POSITIVE_INFINITY;
  }

  /** Adds a value no older than those before, and forgets what has left the window. */
  add(atUs: LocalUs, value: number): void {
    this.#candidates = this.#candidates.filter(
      (one) => one.value < value && atUs - one.atUs < this.#windowUs,
    );
    this.#candidates.push({ atUs, value });
  }
}
