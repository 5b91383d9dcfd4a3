/** A sine found in a record, and what remains without it. Levels are in the record's unit. */
export interface SineFit {
  readonly frequencyHz: number;
  readonly amplitude: number;
  /** Of the sine at time 0, rad: amplitude × cos(2π × frequencyHz × time + phaseRad). */
  readonly phaseRad: number;
  readonly offset: number;
  /** Root mean square of all that is neither the sine nor a constant. */
  readonly residualRms: number;
}

const MAX_ROUNDS = 12;

/**
 * Fits amplitude, phase, frequency and offset of one sine by least squares: the four-parameter fit of IEEE
 * 1057-2017. The guess must be right to about half a period over the whole record, else it settles elsewhere.
 * The times need not be evenly spaced: where a sine was resampled at a moving ratio that is known, the times are
 * the positions in the source, and the fit stays exact. Where it isn't known, use fitWindows().
 * @param times s, one for each sample
 */
export function fitSine(record: ArrayLike<number>, times: ArrayLike<number>, guessHz: number): SineFit {
  const first = times[0] ?? 0;
  const last = times[record.length - 1] ?? 0;
  const middle = (first + last) / 2;
  const scale = Math.max((last - first) / 2, Number.MIN_VALUE);
  let omega = 2 * Math.PI * guessHz;
  let solution = solveRound(record, times, middle, scale, omega, []);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    solution = solveRound(record, times, middle, scale, omega, solution);
    const change = (solution[3] ?? 0) / scale;
    omega += change;
    if (Math.abs(change) < 1e-13 * omega) break;
  }
  const [cosine = 0, sine = 0, offset = 0] = solution;
  return {
    frequencyHz: omega / (2 * Math.PI),
    amplitude: Math.hypot(cosine, sine),
    phaseRad: Math.atan2(-sine, cosine) - omega * middle,
    offset,
    residualRms: residualRms(record, times, middle, omega, solution),
  };
}

/** Signal to noise and distortion of a fit, dB; NaN for silence. */
export function sinadDb(fit: SineFit): number {
  return 20 * Math.log10(fit.amplitude / Math.SQRT2 / fit.residualRms);
}

/**
 * Fits each full window of an evenly sampled record by itself, so that a frequency that wanders from window to
 * window counts as no error. Within one it does: at 1 kHz a window of 20 ms and 1 ppm/s leave −140 dB.
 */
export function fitWindows(
  record: Float32Array | Float64Array,
  rate: number,
  windowFrames: number,
  guessHz: number,
): SineFit[] {
  const times = Float64Array.from({ length: windowFrames }, (_, i) => i / rate);
  const fits: SineFit[] = [];
  for (let at = 0; at + windowFrames <= record.length; at += windowFrames) {
    fits.push(fitSine(record.subarray(at, at + windowFrames), times, guessHz));
  }
  return fits;
}

/** SINAD of windows taken together, dB: their sines' power against their residuals' power. */
export function sinadOfWindowsDb(fits: readonly SineFit[]): number {
  let signal = 0;
  let residual = 0;
  for (const fit of fits) {
    signal += fit.amplitude ** 2 / 2;
    residual += fit.residualRms ** 2;
  }
  return 10 * Math.log10(signal / residual);
}

/** One Gauss-Newton step from the previous solution: cosine, sine, offset, and the change of omega × scale. */
function solveRound(
  record: ArrayLike<number>,
  times: ArrayLike<number>,
  middle: number,
  scale: number,
  omega: number,
  [cosine = 0, sine = 0]: readonly number[],
): number[] {
  const matrix = Array.from({ length: 4 }, () => [0, 0, 0, 0, 0]);
  const row = [0, 0, 1, 0, 0];
  for (let i = 0; i < record.length; i++) {
    const time = times[i]! - middle;
    const c = Math.cos(omega * time);
    const s = Math.sin(omega * time);
    row[0] = c;
    row[1] = s;
    row[3] = (time / scale) * (sine * c - cosine * s);
    row[4] = record[i]!;
    addOuterProduct(matrix, row);
  }
  // Without an amplitude, before the first round or in silence, nothing tells the frequency: it stays.
  if (matrix[3]?.[3] === 0) matrix[3] = [0, 0, 0, 1, 0];
  return solve(matrix);
}

function addOuterProduct(matrix: number[][], row: readonly number[]): void {
  for (const [i, equation] of matrix.entries()) {
    for (let j = 0; j < 5; j++) equation[j]! += row[i]! * row[j]!;
  }
}

/** Solves four equations, right sides in column 4, by Gaussian elimination with row exchange. */
function solve(matrix: number[][]): number[] {
  for (let column = 0; column < 4; column++) {
    const below = matrix.slice(column).map((equation) => Math.abs(equation[column]!));
    const pivot = column + below.indexOf(Math.max(...below));
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    for (let i = column + 1; i < 4; i++) {
      const factor = matrix[i]![column]! / matrix[column]![column]!;
      for (let j = column; j < 5; j++) matrix[i]![j]! -= factor * matrix[column]![j]!;
    }
  }
  const solution = [0, 0, 0, 0];
  for (let i = 3; i >= 0; i--) {
    const known = solution.reduce((sum, value, j) => (j > i ? sum + matrix[i]![j]! * value : sum), 0);
    solution[i] = (matrix[i]![4]! - known) / matrix[i]![i]!;
  }
  return solution;
}

function residualRms(
  record: ArrayLike<number>,
  times: ArrayLike<number>,
  middle: number,
  omega: number,
  [cosine = 0, sine = 0, offset = 0]: readonly number[],
): number {
  let power = 0;
  for (let i = 0; i < record.length; i++) {
    const angle = omega * (times[i]! - middle);
    power += (record[i]! - offset - cosine * Math.cos(angle) - sine * Math.sin(angle)) ** 2;
  }
  return Math.sqrt(power / record.length);
}
