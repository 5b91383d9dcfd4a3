import { Interpolator } from './interpolator.ts';
import type { Recording } from './recording.ts';
import type { Reference } from './reference.ts';

const INTERPOLATOR = new Interpolator(0.47, 32);

/** Something with a spectrum like music's, never repeating: noise with a slope, in notes that come and go. */
export function music(rate: number, seconds: number, seed = 1): Float32Array {
  const samples = new Float32Array(Math.round(rate * seconds));
  const random = lcg(seed);
  let [low, lower] = [0, 0];
  for (let i = 0; i < samples.length; i++) {
    low += 0.3 * (random() - low);
    lower += 0.3 * (low - lower);
    const note = 0.5 + 0.5 * Math.sin((2 * Math.PI * 3 * i) / rate);
    samples[i] = 0.8 * lower * note;
  }
  return samples;
}

/** Numbers of −1 to 1 that look random; the same for the same seed (Knuth's MMIX generator's high bits). */
function lcg(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 11n) / 2 ** 52 - 1;
  };
}

/**
 * What a device records that starts at true time 0.
 * @param heardSeconds the position in the reference, in s, that is to be heard at a true time in µs
 */
export function device(
  dac: { rate: number; ppm: number; seconds: number },
  heardSeconds: (trueUs: number) => number,
  reference: Reference,
): Recording {
  const samples = Float32Array.from({ length: Math.round(dac.rate * dac.seconds) }, (_, frame) => {
    const trueUs = (frame / dac.rate / (1 + dac.ppm * 1e-6)) * 1e6;
    return INTERPOLATOR.at(reference.samples, heardSeconds(trueUs) * reference.rate);
  });
  return { samples, rate: dac.rate, segments: [{ firstFrame: 0, startTrueUs: 0, ppm: dac.ppm }] };
}
