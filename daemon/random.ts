/** Yields numbers from 0 up to 1. */
export type Random = () => number;

/** The same numbers for the same seed, everywhere: mulberry32, a small generator by T. Ettinger; period 2^32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Exponentially distributed, 0 and above. */
export const exponential = (random: Random, mean: number): number => -mean * Math.log(1 - random());

/** Normally distributed with mean 0 and deviation 1 (Box and Muller). */
export const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
