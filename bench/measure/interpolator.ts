import { bessel0 } from './bessel.ts';

/** Places between two samples: at 44.1 kHz they are 5.5 ns apart. */
const PHASES = 4096;

/**
 * Reads a signal between its samples by a Kaiser-windowed sinc, and above a cutoff not at all.
 * Outside of the signal is silence.
 */
export class Interpolator {
  readonly #table: Float64Array;
  readonly #half: number;

  /**
   * @param cutoff the pass band's end as a fraction of the signal's rate, at most 0.5
   * @param zeroCrossings of the sinc on either side: more is steeper and slower
   */
  constructor(cutoff: number, zeroCrossings: number) {
    this.#half = Math.ceil(zeroCrossings / (2 * cutoff));
    const taps = 2 * this.#half;
    this.#table = new Float64Array(PHASES * taps);
    for (let phase = 0; phase < PHASES; phase++) {
      for (let tap = 0; tap < taps; tap++) {
        const distance = tap - this.#half + 1 - phase / PHASES;
        this.#table[phase * taps + tap] =
          2 * cutoff * sinc(2 * cutoff * distance) * kaiser(distance / this.#half);
      }
    }
  }

  at(signal: Float32Array, frame: number): number {
    const nearest = Math.round(frame * PHASES) / PHASES;
    const whole = Math.floor(nearest);
    const taps = 2 * this.#half;
    const first = whole - this.#half + 1;
    const row = (nearest - whole) * PHASES * taps;
    const from = Math.max(0, -first);
    const to = Math.min(taps, signal.length - first);
    let sum = 0;
    for (let tap = from; tap < to; tap++)
      sum += (signal[first + tap] as number) * (this.#table[row + tap] as number);
    return sum;
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

const KAISER_BETA = 9;

/** Kaiser's window over −1 to 1. */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel0(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel0(KAISER_BETA);
}
