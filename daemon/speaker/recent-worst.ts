import type { LocalUs } from '../units.ts';

/** A time counts for half after so long: the longer ago, the less it says about the next one. */
const halfLifeUs = 4e6;
/** What takes longer isn't waited for: the speaker then joins late. */
const mostUs = 100e3;

/**
 * The longest of late of what a start or a pause has to allow for: for the room's word to be heard and handed on by a
 * busy speaker, or for its playout thread to write.
 */
export class RecentWorst {
  #worstUs = 0;
  #at: LocalUs | undefined;

  /** @param tookUs what it took this time, µs; less than nothing counts for nothing */
  note(at: LocalUs, tookUs: number): void {
    this.#worstUs = Math.max(this.worstUs(at), Math.min(tookUs, mostUs));
    this.#at = at;
  }

  /** The longest, each counting for less the longer ago it was; 0 to 100,000 µs; 0 while nothing is known. */
  worstUs(now: LocalUs): number {
    return this.#at === undefined ? 0 : this.#worstUs * 2 ** (-(now - this.#at) / halfLifeUs);
  }
}
