import type { LocalUs } from '../units.ts';

/** A stall longer ago than this says little about the next one. */
const rememberUs = 20e6;
/** What takes longer isn't waited for: the speaker then joins late. */
const mostUs = 100e3;

/**
 * How long this speaker has taken of late to hear what its room says: the way here, and waiting for a busy
 * processor. A start or a pause has to allow for that much.
 */
export class Lateness {
  #heard: { readonly at: LocalUs; readonly lateUs: number }[] = [];

  /** @param lateUs from an event's sending to its being heard, µs */
  note(at: LocalUs, lateUs: number): void {
    const usable = Math.min(Math.max(0, lateUs), mostUs);
    this.#heard = this.#heard.filter((one) => at - one.at < rememberUs && one.lateUs > usable);
    // What is left is later than this one, each later than all behind it.
    this.#heard.push({ at, lateUs: usable });
  }

  /** The longest of late, 0 to 100,000 µs; 0 while nothing is known. */
  worstUs(now: LocalUs): number {
    return this.#heard.find((one) => now - one.at < rememberUs)?.lateUs ?? 0;
  }
}
