import type { LocalUs } from '../units.ts';

/** A stall counts for half after so long: the longer ago, the less it says about the next one. */
const halfLifeUs = 4e6;
/** What takes longer isn't waited for: the speaker then joins late. */
const mostUs = 100e3;

/**
 * How long this speaker has taken of late to hear what its room says: the way here, and waiting for a busy
 * processor. A start or a pause has to allow for that much.
 */
export class Lateness {
  #worstUs = 0;
  #at: LocalUs | undefined;

  /** @param lateUs from an event's sending to its being heard, µs */
  note(at: LocalUs, lateUs: number): void {
    this.#worstUs = Math.max(this.worstUs(at), Math.min(lateUs, mostUs));
    this.#at = at;
  }

  /** The longest, each counting for less the longer ago it was; 0 to 100,000 µs; 0 while nothing is known. */
  worstUs(now: LocalUs): number {
    return this.#at === undefined ? 0 : this.#worstUs * 2 ** (-(now - this.#at) / halfLifeUs);
  }
}
