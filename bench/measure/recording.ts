import { readFile, writeFile } from 'node:fs/promises';
import * as v from 'valibot';
import { mixToMono, readWav, writeWav } from './wav.ts';

/**
 * From `firstFrame` on a device consumed at rate × (1 + ppm·1e-6), beginning at `startTrueUs`, up to the next
 * segment's first frame. A device that ran dry and was started again has a segment for each run; one whose
 * crystal wanders, a segment for each stretch (firstFrame may then be fractional).
 */
export interface Segment {
  readonly firstFrame: number;
  /** µs of true time. Whole, when it counts from 1970: doubles hold no finer fractions there. */
  readonly startTrueUs: number;
  /** The device's crystal against true time; positive: it consumes faster. */
  readonly ppm: number;
}

/** What a device made audible, and when in true time: all channels mixed to one, −1 to 1. */
export interface Recording {
  readonly samples: Float32Array;
  /** The device's nominal rate in Hz. */
  readonly rate: number;
  /** In rising order of both frames and time. */
  readonly segments: readonly Segment[];
}

/** A recording that can't be used; the message says why. */
export class RecordingError extends Error {
  override name = 'RecordingError';
}

const sidecarSchema = v.object({
  rate: v.pipe(v.number(), v.minValue(1)),
  ppm: v.number(),
  segments: v.array(
    v.object({ firstFrame: v.number(), startTrueUs: v.number(), ppm: v.optional(v.number()) }),
  ),
});

/**
 * Reads FILE, a WAV, and FILE.json beside it:
 * `{"rate": Hz, "ppm": n, "segments": [{"firstFrame": n, "startTrueUs": n, "ppm"?: n}, …]}`.
 * @throws {RecordingError} when the sidecar is not of that form; {WavError}; the file system's errors
 */
export async function readRecording(path: string): Promise<Recording> {
  const sidecar = v.safeParse(sidecarSchema, parseJson(await readFile(`${path}.json`, 'utf8'), path));
  if (!sidecar.success) throw new RecordingError(`${path}.json: ${v.summarize(sidecar.issues)}`);
  const { rate, ppm, segments } = sidecar.output;
  const { channels } = await readWav(path);
  return {
    samples: mixToMono(channels),
    rate,
    segments: segments.map((segment) => ({ ...segment, ppm: segment.ppm ?? ppm })),
  };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RecordingError(`${path}.json: no JSON`, { cause });
  }
}

/** Writes what readRecording reads, as one channel of float. */
export async function writeRecording(path: string, recording: Recording): Promise<void> {
  await writeWav(path, { rate: recording.rate, channels: [recording.samples] });
  const { rate, segments } = recording;
  await writeFile(`${path}.json`, JSON.stringify({ rate, ppm: segments[0]?.ppm ?? 0, segments }));
}

/** Frames that the device consumes in 1 µs of true time. */
export function framesPerUs(recording: Recording, segment: Segment): number {
  return recording.rate * 1e-6 * (1 + segment.ppm * 1e-6);
}

/** Rounding at the seam of two segments must not look like a gap. */
const SEAM = 1e-3;

/** The (fractional) frame heard at a true time; null when none was: before, in a gap, after the end. */
export function frameAt(recording: Recording, trueUs: number): { frame: number; segment: Segment } | null {
  const index = recording.segments.findLastIndex((segment) => segment.startTrueUs <= trueUs);
  const segment = recording.segments[index];
  if (segment === undefined) return null;
  const frame = segment.firstFrame + (trueUs - segment.startTrueUs) * framesPerUs(recording, segment);
  const end = recording.segments[index + 1]?.firstFrame ?? recording.samples.length;
  return frame > end + SEAM ? null : { frame, segment };
}

/** When a frame was heard, in µs of true time. Frames before the first segment were not: null. */
export function trueUsAt(recording: Recording, frame: number): number | null {
  const segment = recording.segments.findLast(({ firstFrame }) => firstFrame <= frame);
  if (segment === undefined) return null;
  return segment.startTrueUs + (frame - segment.firstFrame) / framesPerUs(recording, segment);
}

/** First and last moment of a recording in µs of true time; null when nothing was recorded. */
export function timeRange(recording: Recording): { fromUs: number; toUs: number } | null {
  const fromUs = recording.segments[0]?.startTrueUs;
  const toUs = trueUsAt(recording, recording.samples.length);
  return fromUs === undefined || toUs === null ? null : { fromUs, toUs };
}
