import type { LocalUs } from '../units.ts';

/** What is noted within this time is of one stall. */
const oneStallUs = 400e3;
/** A stall counts for half after so long: the longer ago, the less it says about the next one … */
const halfLifeUs = 8e6;
/** … and after so long for nothing. */
const keepUs = 40e6;
/** What takes longer isn't waited for: the speaker then joins late. */
const mostUs = 100e3;

interface Stall {
  readonly at: LocalUs;
  readonly us: number;
}

/**
 * How long a start or a pause has to allow for something that now and then takes long: the second-longest time that
 * it has taken of late. What happened once says nothing about the next time; what happened twice does.
 */
export class RecentStalls {
  #stalls: Stall[] = [];

  /** @param tookUs what it took this time, µs; less than nothing counts for nothing */
  note(at: LocalUs, tookUs: number): void {
    const us = Math.max(0, Math.min(tookUs, mostUs));
    const last = this.#stalls.at(-1);
    if (last && at - last.at < oneStallUs) {
      if (us > last.us) this.#stalls[this.#stalls.length - 1] = { at: last.at, us };
      return;
    }
    this.#stalls = this.#stalls.filter((stall) => at - stall.at < keepUs);
    this.#stalls.push({ at, us });
  }

  /** 0 to 100,000 µs; 0 while only one time is known. */
  allowanceUs(now: LocalUs): number {
    let [longest, second] = [0, 0];
    for (const { at, us } of this.#stalls) {
      const counted = now - at < keepUs ? us * 2 ** (-(now - at) / halfLifeUs) : 0;
      second = Math.max(second, Math.min(longest, counted));
      longest = Math.max(longest, counted);
    }
    return second;
  }
}
