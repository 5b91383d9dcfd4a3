import { StereoSimd } from './stereo-simd.ts';

/** The windowed sinc of one pair of rates as a table: row p holds the taps for a position p/PHASES past a frame. */
export interface Kernel {
  /** Hz of the frames that are read. */
  readonly sourceRate: number;
  /** Hz of the frames that are made. */
  readonly sinkRate: number;
  /** Source frames that a position needs on each side of it; a multiple of 2. */
  readonly halfWidth: number;
  /** PHASES rows of 2 × halfWidth taps; tap k belongs to the frame k + 1 − halfWidth after the position's. */
  readonly taps: Float32Array;
  /** Same shape: what each tap changes by up to the next row, to interpolate between rows. */
  readonly slopes: Float32Array;
  /** Renders stereo by these tables; a kernel without it takes the slower way. */
  readonly simd?: StereoSimd;
}

/**
 * Rows per source frame; a power of 2, so that finding the row of a position rounds nothing. Linear interpolation
 * between rows leaves an error that falls with the square of their number: at 512, −123 dB for 15 kHz at 44.1 kHz,
 * less for lower tones.
 */
export const PHASES = 512;

const STOPBAND_DB = 120;
/** What is to pass unharmed, if the rates allow. */
const AUDIBLE_HZ = 20_000;
/** Where even the lower rate can't carry AUDIBLE_HZ, this share of its Nyquist frequency passes: 20/22.05. */
const PASSED_SHARE = AUDIBLE_HZ / 22_050;

/** Finds the kernel of a pair of rates. */
export type KernelOf = (sourceRate: number, sinkRate: number) => Kernel;

const made = new Map<string, Kernel>();

/** The kernel of a pair of rates, made once. @throws {RangeError} as makeKernel does */
export function kernelOf(sourceRate: number, sinkRate: number): Kernel {
  const key = `${sourceRate}/${sinkRate}`;
  const kernel = made.get(key) ?? makeKernel(sourceRate, sinkRate);
  made.set(key, kernel);
  return kernel;
}

/**
 * Designs the kernel for a pair of rates: the cutoff (−6 dB) is the lower of both Nyquist frequencies, flat up to
 * 20 kHz or 0.907 of it, and its mirror image is the edge of the stopband; what folds lies between the two.
 * Kaiser's window and his formulas for its shape and length: J. F. Kaiser, "Nonrecursive digital filter design
 * using the I0-sinh window function", IEEE ISCAS 1974. Each row sums to 1, so that level doesn't depend on phase.
 */
export function makeKernel(sourceRate: number, sinkRate: number): Kernel {
  if (!(sourceRate > 0 && sinkRate > 0)) {
    throw new RangeError(`can't resample from ${sourceRate} Hz to ${sinkRate} Hz: rates are above 0`);
  }
  const nyquistHz = Math.min(sourceRate, sinkRate) / 2;
  const passedHz = Math.min(AUDIBLE_HZ, PASSED_SHARE * nyquistHz);
  const halfWidth = kaiserHalfWidth((2 * (nyquistHz - passedHz)) / sourceRate);
  const impulse = kaiserSinc((2 * nyquistHz) / sourceRate, halfWidth);
  const width = 2 * halfWidth;
  const simd = new StereoSimd(halfWidth, PHASES);
  const { taps, slopes } = simd;
  let row = kernelRow(impulse, halfWidth, 0);
  for (let phase = 0; phase < PHASES; phase++) {
    const next = kernelRow(impulse, halfWidth, (phase + 1) / PHASES);
    taps.set(row, phase * width);
    slopes.set(
      next.map((tap, k) => tap - (row[k] ?? 0)),
      phase * width,
    );
    row = next;
  }
  return { sourceRate, sinkRate, halfWidth, taps, slopes, simd };
}

/** Length for a transition band, which is given as a share of the source rate. */
function kaiserHalfWidth(transition: number): number {
  const taps = (STOPBAND_DB - 7.95) / (2.285 * 2 * Math.PI * transition);
  return 2 * Math.ceil(taps / 4);
}

/** The impulse response over source frames; cutoff as a share of the source's Nyquist frequency. */
function kaiserSinc(cutoff: number, halfWidth: number): (frames: number) => number {
  const beta = 0.1102 * (STOPBAND_DB - 8.7);
  const peak = besselI0(beta);
  return (frames) => {
    const edge = frames / halfWidth;
    if (Math.abs(edge) >= 1) return 0;
    return (cutoff * sinc(cutoff * frames) * besselI0(beta * Math.sqrt(1 - edge * edge))) / peak;
  };
}

function kernelRow(impulse: (frames: number) => number, halfWidth: number, phase: number): Float64Array {
  const row = new Float64Array(2 * halfWidth).map((_, k) => impulse(k + 1 - halfWidth - phase));
  const sum = row.reduce((total, tap) => total + tap, 0);
  return row.map((tap) => tap / sum);
}

/** sin(πx)/πx, and exactly 0 at every other whole x, so that nothing leaks where no resampling is due. */
function sinc(x: number): number {
  if (x === 0) return 1;
  return Number.isInteger(x) ? 0 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
