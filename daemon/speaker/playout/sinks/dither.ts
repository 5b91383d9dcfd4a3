/**
 * Dither: noise of triangular distribution (TPDF), ±1 step wide, which makes the error of rounding independent of
 * the signal: Lipshitz, Wannamaker, Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40(5), 1992.
 * Its random numbers come from the xorshift generator with shifts 13, 17, 5 of Marsaglia, "Xorshift RNGs", Journal
 * of Statistical Software 8(14), 2003: the same seed gives the same noise.
 */
export class Dither {
  #state: number;

  /** @param seed any integer but 0 (modulo 2³²), from which the generator never leaves */
  constructor(seed: number) {
    if (seed >>> 0 === 0)
      throw new RangeError(`a dither's seed must be an integer other than 0, not ${seed}`);
    this.#state = seed | 0;
  }

  /** The next value, −1 to 1: the sum of two even distributions, one from each half of a random number. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return ((state & 0xffff) + (state >>> 16) + 1) / 0x10000 - 1;
  }
}
