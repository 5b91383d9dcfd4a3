import type { Kernel } from '../../daemon/speaker/playout/kernel.ts';
import { resample } from '../../daemon/speaker/playout/resampler.ts';
import { fitSine, sinadDb } from './sinad.ts';

/** Frames of sound that are put out, and where in the source each of them lies. */
export interface SlewedRun {
  /** Left channel. */
  readonly samples: Float32Array;
  /** s since the source's frame 0, one for each sample. */
  readonly times: Float64Array;
}

const BLOCK_S = 0.01;
const SLEW_PPM = 60;
/** Of the slew going to and fro: its steepest is then 190 ppm/s, far above what a speaker does. */
const SLEW_PERIOD_S = 2;

/**
 * Resamples as a speaker does: in blocks of 10 ms, each from a window of the source of its own, the ratio
 * constant within a block and wandering by ±60 ppm over them.
 */
export function resampleSlewed(kernel: Kernel, source: readonly Float32Array[], seconds: number): SlewedRun {
  const { sourceRate, sinkRate, halfWidth } = kernel;
  const block = Math.round(BLOCK_S * sinkRate);
  const count = Math.floor((seconds * sinkRate) / block) * block;
  const out = new Float32Array(2 * block);
  const run = { samples: new Float32Array(count), times: new Float64Array(count) };
  let position = halfWidth;
  for (let done = 0; done < count; done += block) {
    const ppm = SLEW_PPM * Math.sin((2 * Math.PI * done) / sinkRate / SLEW_PERIOD_S);
    const step = (sourceRate / sinkRate) * (1 + ppm * 1e-6);
    const begin = Math.floor(position) - halfWidth;
    const end = Math.floor(position + block * step) + halfWidth + 1;
    const window = source.map((channel) => channel.subarray(begin, end));
    resample(kernel, window, position - begin, step, out, 2, 0, block);
    for (let i = 0; i < block; i++) {
      run.samples[done + i] = out[2 * i]!;
      run.times[done + i] = (position + i * step) / sourceRate;
    }
    position += block * step;
  }
  return run;
}

/** SINAD of a sine resampled as above, dB, by a fit over the times at which the source was read. */
export function slewedSinadDb(kernel: Kernel, frequencyHz: number, seconds: number): number {
  const source = sineWave(frequencyHz, kernel.sourceRate, seconds + 0.1);
  const { samples, times } = resampleSlewed(kernel, [source, source], seconds);
  return sinadDb(fitSine(samples, times, frequencyHz));
}

/** A sine at −1 dBFS. */
export function sineWave(frequencyHz: number, rate: number, seconds: number): Float32Array {
  const amplitude = 10 ** (-1 / 20);
  return Float32Array.from(
    { length: Math.ceil(seconds * rate) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / rate + 0.3),
  );
}
