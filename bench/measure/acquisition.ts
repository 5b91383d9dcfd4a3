import { Fft, fftSizeFor } from './fft.ts';
import { Interpolator } from './interpolator.ts';
import { frameAt, framesPerUs, type Recording } from './recording.ts';
import type { Reference } from './reference.ts';

const COARSE_RATE = 4000;
const WINDOW_US = 600_000;
const CANDIDATES = 8;
const WORTH_A_LOOK = 0.3;

/**
 * Finds where in a whole reference a stretch of a recording comes from: normalized cross-correlation of
 * both at 4 kHz. Music repeats itself, so that several places may be found, most alike first.
 */
export class Acquisition {
  readonly #reference: Reference;
  readonly #fft: Fft;
  readonly #spectrumRe: Float64Array;
  readonly #spectrumIm: Float64Array;
  /** Energy of the coarse reference before each index. */
  readonly #energy: Float64Array;
  /** Of recordings, by their rate: to make one takes longer than to use it. */
  readonly #readers = new Map<number, Interpolator>();
  readonly #windowLength = (WINDOW_US * COARSE_RATE) / 1e6;

  constructor(reference: Reference) {
    this.#reference = reference;
    const step = reference.rate / COARSE_RATE;
    const reader = coarseReader(reference.rate);
    const length = Math.ceil(reference.samples.length / step) + 2 * this.#windowLength;
    this.#fft = new Fft(fftSizeFor(length + this.#windowLength));
    this.#spectrumRe = new Float64Array(this.#fft.size);
    this.#spectrumIm = new Float64Array(this.#fft.size);
    this.#energy = new Float64Array(length + 1);
    for (let i = 0; i < length; i++) {
      const sample = reader.at(reference.samples, (i - this.#windowLength) * step);
      this.#spectrumRe[i] = sample;
      this.#energy[i + 1] = (this.#energy[i] as number) + sample * sample;
    }
    this.#fft.forward(this.#spectrumRe, this.#spectrumIm);
  }

  /** Frames of the reference that may have been heard at trueUs, good to about 0.1 ms. */
  find(recording: Recording, trueUs: number): number[] {
    const centre = frameAt(recording, trueUs);
    if (centre === null) return [];
    const step = (framesPerUs(recording, centre.segment) * 1e6) / COARSE_RATE;
    const reader = this.#readers.get(recording.rate) ?? coarseReader(recording.rate);
    this.#readers.set(recording.rate, reader);
    const re = new Float64Array(this.#fft.size);
    const im = new Float64Array(this.#fft.size);
    let energy = 0;
    for (let i = 0; i < this.#windowLength; i++) {
      const sample = reader.at(recording.samples, centre.frame + (i - this.#windowLength / 2) * step);
      re[i] = sample;
      energy += sample * sample;
    }
    this.#correlate(re, im);
    return this.#best(re, energy).map(
      (index) => ((index - this.#windowLength / 2) * this.#reference.rate) / COARSE_RATE,
    );
  }

  #correlate(re: Float64Array, im: Float64Array): void {
    this.#fft.forward(re, im);
    for (let k = 0; k < re.length; k++) {
      const [a, b] = [re[k] as number, -(im[k] as number)];
      const [c, d] = [this.#spectrumRe[k] as number, this.#spectrumIm[k] as number];
      re[k] = a * c - b * d;
      im[k] = a * d + b * c;
    }
    this.#fft.inverse(re, im);
  }

  /** Local maxima of the correlation coefficient, highest first. */
  #best(correlation: Float64Array, energy: number): number[] {
    const places = this.#energy.length - this.#windowLength;
    const total = this.#energy.at(-1) as number;
    const likeness = (i: number): number => {
      const expected = (this.#energy[i + this.#windowLength] as number) - (this.#energy[i] as number);
      return (
        (correlation[i] as number) / Math.sqrt(Math.max(energy * expected, 1e-9 * total * energy, 1e-30))
      );
    };
    const peaks: { index: number; height: number }[] = [];
    for (let i = 1; i < places - 1; i++) {
      const height = likeness(i);
      if (height < WORTH_A_LOOK || height < likeness(i - 1) || height < likeness(i + 1)) continue;
      peaks.push({ index: i, height });
    }
    peaks.sort((a, b) => b.height - a.height);
    return peaks.slice(0, CANDIDATES).map(({ index }) => index);
  }
}

function coarseReader(rate: number): Interpolator {
  return new Interpolator((0.42 * COARSE_RATE) / rate, 8);
}
