import { Fft, fftSizeFor } from './fft.ts';
import { Interpolator } from './interpolator.ts';
import { frameAt, framesPerUs, type Recording } from './recording.ts';
import type { Reference } from './reference.ts';

/** Where a reference was heard at one instant, and how alike the two are there. */
export interface Alignment {
  /** Position in the reference, in its frames, with fractions. */
  readonly frame: number;
  /** Correlation coefficient after alignment, at most 1. The gain doesn't matter. */
  readonly correlation: number;
}

/** A guess at where the reference is: the frame, and how fast it passes against true time. */
export interface Guess {
  readonly frame: number;
  /** Playing speed against the reference's nominal rate in true time; positive: faster. */
  readonly speedPpm: number;
}

const INTERPOLATOR = new Interpolator(0.46, 12);
const SILENCE_RMS = 10 ** (-75 / 20);
/** So alike that a peak of the correlation elsewhere needn't be looked for. */
const CLEAR = 0.95;
const LOWEST_HZ = 40;
/** Of the lower one of the two rates: beyond are the flanks of converters' filters. */
const HIGHEST = 0.42;
/** With the residual lag below this many frames, no phase up to HIGHEST can have wrapped. */
const UNWRAPPED_LAG = 0.8;

/**
 * Aligns windows of a recording with a reference. The reference is evaluated, by interpolation, at the
 * positions that the guess gives for the window's frames; the peak of the cross-correlation gives the lag
 * coarsely, and the slope of the cross-spectrum's phase, weighted by its magnitude, finely.
 */
export class Aligner {
  readonly #recording: Recording;
  readonly #window: Float64Array;
  readonly #fft: Fft;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #crossRe: Float64Array;
  readonly #crossIm: Float64Array;

  /** @param windowUs how much of the recording is looked at; lags of up to a quarter of it are found */
  constructor(recording: Recording, windowUs: number) {
    this.#recording = recording;
    const length = Math.round(recording.rate * windowUs * 1e-6);
    this.#window = Float64Array.from(
      { length },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length),
    );
    this.#fft = new Fft(fftSizeFor(length * 1.25));
    this.#re = new Float64Array(this.#fft.size);
    this.#im = new Float64Array(this.#fft.size);
    this.#crossRe = new Float64Array(this.#fft.size);
    this.#crossIm = new Float64Array(this.#fft.size);
  }

  /** Whether the recording has a whole window there, and it isn't silent. */
  audible(trueUs: number): boolean {
    const place = this.#place(trueUs, 0, 0);
    if (place === null) return false;
    let energy = 0;
    for (let i = 0; i < this.#window.length; i++) {
      energy += ((this.#recording.samples[place.first + i] as number) * (this.#window[i] as number)) ** 2;
    }
    return energy / this.#window.length >= SILENCE_RMS ** 2;
  }

  /** Null when the window is not all within one run of the device, is silent, or nothing there is alike. */
  align(reference: Reference, trueUs: number, guess: Guess): Alignment | null {
    const place = this.#place(trueUs, reference.rate, guess.speedPpm);
    if (place === null) return null;
    let frame = guess.frame;
    for (let round = 0; round < 3; round++) {
      const powers = this.#load(reference, place, frame);
      if (powers.recorded < SILENCE_RMS ** 2 || powers.expected < SILENCE_RMS ** 2) return null;
      this.#crossSpectrum();
      const near = this.#phaseSlope(reference);
      if (near.correlation > CLEAR && Math.abs(near.lag) < UNWRAPPED_LAG / 2) {
        return { frame: frame - near.lag * place.step, correlation: near.correlation };
      }
      const peakLag = this.#correlationPeak();
      if (Math.abs(peakLag) < UNWRAPPED_LAG) {
        return { frame: frame - near.lag * place.step, correlation: near.correlation };
      }
      frame -= peakLag * place.step;
    }
    return null;
  }

  #place(trueUs: number, rate: number, speedPpm: number): Place | null {
    const halfUs = (this.#window.length / 2 / this.#recording.rate) * 1e6;
    const centre = frameAt(this.#recording, trueUs);
    const before = frameAt(this.#recording, trueUs - halfUs);
    const after = frameAt(this.#recording, trueUs + halfUs);
    if (centre === null || before === null || after === null) return null;
    const perUs = framesPerUs(this.#recording, centre.segment);
    const broken = Math.abs(after.frame - before.frame - 2 * halfUs * perUs) > 0.01;
    const first = Math.round(centre.frame - this.#window.length / 2);
    if (broken || first < 0 || first + this.#window.length > this.#recording.samples.length) return null;
    const step = (rate * 1e-6 * (1 + speedPpm * 1e-6)) / perUs;
    return { first, centre: centre.frame, step };
  }

  /** The recorded window as real part, the reference's as imaginary: one transform does for both. */
  #load(reference: Reference, place: Place, frame: number): { recorded: number; expected: number } {
    const { samples } = this.#recording;
    this.#re.fill(0);
    this.#im.fill(0);
    let [recorded, expected] = [0, 0];
    for (let i = 0; i < this.#window.length; i++) {
      const weight = this.#window[i] as number;
      const position = frame + (place.first + i - place.centre) * place.step;
      const x = (samples[place.first + i] as number) * weight;
      const y = INTERPOLATOR.at(reference.samples, position) * weight;
      this.#re[i] = x;
      this.#im[i] = y;
      recorded += x * x;
      expected += y * y;
    }
    this.#fft.forward(this.#re, this.#im);
    return { recorded: recorded / this.#window.length, expected: expected / this.#window.length };
  }

  #crossSpectrum(): void {
    const size = this.#fft.size;
    for (let k = 0; k < size; k++) {
      const mirror = (size - k) % size;
      const xr = ((this.#re[k] as number) + (this.#re[mirror] as number)) / 2;
      const xi = ((this.#im[k] as number) - (this.#im[mirror] as number)) / 2;
      const yr = ((this.#im[k] as number) + (this.#im[mirror] as number)) / 2;
      const yi = ((this.#re[mirror] as number) - (this.#re[k] as number)) / 2;
      this.#crossRe[k] = xr * yr + xi * yi;
      this.#crossIm[k] = xi * yr - xr * yi;
    }
  }

  /** In recorded frames; positive: heard later than guessed. */
  #correlationPeak(): number {
    const size = this.#fft.size;
    this.#re.set(this.#crossRe);
    this.#im.set(this.#crossIm);
    this.#fft.inverse(this.#re, this.#im);
    const at = (lag: number): number => this.#re[(lag + size) % size] as number;
    const reach = Math.floor(this.#window.length / 4);
    let best = 0;
    for (let lag = -reach; lag <= reach; lag++) if (at(lag) > at(best)) best = lag;
    return best + parabolaPeak(at(best - 1), at(best), at(best + 1));
  }

  #phaseSlope(reference: Reference): { lag: number; correlation: number } {
    const size = this.#fft.size;
    const binHz = this.#recording.rate / size;
    const from = Math.ceil(LOWEST_HZ / binHz);
    const to = Math.floor((HIGHEST * Math.min(this.#recording.rate, reference.rate)) / binHz);
    let [weighted, weights] = [0, 0];
    for (let k = from; k <= to; k++) {
      const magnitude = Math.hypot(this.#crossRe[k] as number, this.#crossIm[k] as number);
      const phase = Math.atan2(this.#crossIm[k] as number, this.#crossRe[k] as number);
      weighted -= magnitude * k * phase;
      weights += magnitude * k * k;
    }
    const lag = weights === 0 ? 0 : ((weighted / weights) * size) / (2 * Math.PI);
    return { lag, correlation: this.#coherence(lag, from, to) };
  }

  #coherence(lag: number, from: number, to: number): number {
    let [inPhase, all] = [0, 0];
    for (let k = from; k <= to; k++) {
      const turn = (2 * Math.PI * k * lag) / this.#fft.size;
      const [re, im] = [this.#crossRe[k] as number, this.#crossIm[k] as number];
      inPhase += re * Math.cos(turn) - im * Math.sin(turn);
      all += Math.hypot(re, im);
    }
    return all === 0 ? 0 : inPhase / all;
  }
}

interface Place {
  /** The window's first frame in the recording. */
  readonly first: number;
  /** The recording's frame at the time in question. */
  readonly centre: number;
  /** Frames of the reference for each frame of the recording. */
  readonly step: number;
}

function parabolaPeak(before: number, peak: number, after: number): number {
  const curvature = before - 2 * peak + after;
  return curvature >= 0 ? 0 : (before - after) / (2 * curvature);
}
