import { frameAt, type Recording, readRecording, trueUsAt } from '../../bench/measure/recording.ts';
import type { NamedRecording } from '../../bench/measure/spread.ts';
import type { Household } from './household.ts';

/** A stretch of true time, which is the local clock's of this host, in µs. */
export interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Above dither, below any music. */
const audible = 2e-4;

/** What the speakers' DACs have consumed so far, but for the last half second of those that run. */
export async function recordingsOf(home: Household, names: readonly string[]): Promise<NamedRecording[]> {
  return Promise.all(
    names.map(async (name) => ({ name, recording: await readRecording(home.recordingOf(name)) })),
  );
}

/** From the first to the last audible frame in a stretch; undefined when there is none. */
export function soundIn(recording: Recording, stretch: Stretch): Stretch | undefined {
  const { samples, first } = cut(recording, stretch);
  const isAudible = (sample: number): boolean => Math.abs(sample) > audible;
  const fromUs = trueUsAt(recording, first + samples.findIndex(isAudible));
  const toUs = trueUsAt(recording, first + samples.findLastIndex(isAudible));
  return samples.some(isAudible) && fromUs !== null && toUs !== null ? { fromUs, toUs } : undefined;
}

/** The longest time between two audible frames in a stretch, µs: music has zeros, but no long ones. */
export function longestSilenceUs(recording: Recording, stretch: Stretch): number {
  const { samples } = cut(recording, stretch);
  let [longest, silent] = [0, 0];
  for (const sample of samples) {
    silent = Math.abs(sample) > audible ? 0 : silent + 1;
    longest = Math.max(longest, silent);
  }
  return (longest / recording.rate) * 1e6;
}

/**
 * The sharpest bend in a stretch: the largest second difference of its samples. Of a sine it is its amplitude
 * times (2πf/rate)²; a click, which jumps from sample to sample, has one about as large as the jump.
 */
export function sharpestBend(recording: Recording, stretch: Stretch): number {
  const { samples } = cut(recording, stretch);
  let sharpest = 0;
  for (let i = 2; i < samples.length; i++) {
    const bend = (samples[i] ?? 0) - 2 * (samples[i - 1] ?? 0) + (samples[i - 2] ?? 0);
    sharpest = Math.max(sharpest, Math.abs(bend));
  }
  return sharpest;
}

/** The root of the mean square of the samples in a stretch. */
export function levelIn(recording: Recording, stretch: Stretch): number {
  const { samples } = cut(recording, stretch);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** The largest sample in a stretch. */
export function peakIn(recording: Recording, stretch: Stretch): number {
  return cut(recording, stretch).samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}

function cut(recording: Recording, { fromUs, toUs }: Stretch): { samples: Float32Array; first: number } {
  const first = Math.max(0, Math.floor(frameBefore(recording, fromUs)));
  const last = Math.max(first, Math.ceil(frameBefore(recording, toUs)));
  return { samples: recording.samples.subarray(first, last), first };
}

/** The frame at a time; where the device stood still, the one it stopped at. */
function frameBefore(recording: Recording, trueUs: number): number {
  const at = frameAt(recording, trueUs);
  if (at) return at.frame;
  const next = recording.segments.find(({ startTrueUs }) => startTrueUs > trueUs);
  return next?.firstFrame ?? recording.samples.length;
}
