import { Aligner } from './aligner.ts';
import type { Tracks } from './position.ts';
import { frameAt, type Recording, trueUsAt } from './recording.ts';
import { median } from './statistics.ts';
import type { Trace } from './trace.ts';

/** Something that a listener may notice in one speaker's output. */
export interface Disturbance {
  /** step: the position jumped. gap: silence where there should be sound. xrun: the device itself stood still. */
  readonly kind: 'step' | 'gap' | 'xrun';
  readonly atTrueUs: number;
  /** A step: its size, positive when what follows is heard later (something was repeated). Else the length. */
  readonly us: number;
}

const WINDOW_US = 20_000;
const HOP_US = 10_000;
/** A frame at 48 kHz is 20.8 µs; slewing, less its own trend, stays well below this. */
const SMALLEST_STEP_US = 8;
const LONGEST_GAP_US = 1_000_000;
const CLEAR = 0.95;

/** Looks through a traced recording for steps of position, gaps and xruns, in order of time. */
export function findDisturbances(
  recording: Recording,
  tracks: Tracks,
  timesUs: readonly number[],
  trace: Trace,
): Disturbance[] {
  const points = finePoints(recording, tracks, timesUs, trace);
  const lasting = steps(points).filter((step) => lasts(step, timesUs, trace));
  return [...xruns(recording), ...gaps(points), ...lasting].toSorted((a, b) => a.atTrueUs - b.atTrueUs);
}

/** The trace's windows overlap a step that is nearer. */
const APART_US = 80_000;

/** Whether the trace, which looks longer, shows the step too: in a short look sparse music is like itself a wave on. */
function lasts({ atTrueUs, us }: Disturbance, timesUs: readonly number[], trace: Trace): boolean {
  const before = timesUs.findLastIndex((trueUs, i) => trueUs < atTrueUs - APART_US && trace[i]);
  const after = timesUs.findIndex((trueUs, i) => trueUs > atTrueUs + APART_US && trace[i]);
  const [from, to] = [trace[before], trace[after]];
  if (!from || !to) return false; // at the edges nothing confirms it
  if (from.track !== to.track) return true;
  const riseUs = (timesUs[after] ?? 0) - (timesUs[before] ?? 0) - (to.us - from.us);
  return Math.abs(riseUs) >= Math.abs(us) / 2;
}

/** One look through a short window. */
interface Point {
  readonly trueUs: number;
  readonly track: number;
  /** True time less position, µs: rises when the playing gets later. Null where it is not clear. */
  readonly latenessUs: number | null;
  readonly silent: boolean;
}

/** Short looks between each two neighbours of the trace that belong to one run of a track. */
function finePoints(recording: Recording, tracks: Tracks, timesUs: readonly number[], trace: Trace): Point[] {
  const aligner = new Aligner(recording, WINDOW_US);
  const known = trace.flatMap((position, i) => (position ? [{ position, trueUs: timesUs[i] ?? 0 }] : []));
  return known.slice(1).flatMap((next, i) => {
    const last = known[i];
    const reference = tracks.references[next.position.track];
    if (last === undefined || reference === undefined) return [];
    const elapsedUs = next.trueUs - last.trueUs;
    const movedUs = next.position.us - last.position.us;
    const sameRun = last.position.track === next.position.track && Math.abs(movedUs - elapsedUs) < 50_000;
    if (!sameRun || elapsedUs > LONGEST_GAP_US) return [];
    const looks = Math.max(1, Math.round(elapsedUs / HOP_US));
    return Array.from({ length: looks }, (_, look): Point => {
      const share = look / looks;
      const trueUs = last.trueUs + share * elapsedUs;
      const guessUs = last.position.us + share * movedUs;
      const found = aligner.align(reference, trueUs, { frame: guessUs * 1e-6 * reference.rate, speedPpm: 0 });
      const foundUs = found && found.correlation > CLEAR ? (found.frame / reference.rate) * 1e6 : null;
      return {
        trueUs,
        track: next.position.track,
        latenessUs: foundUs === null ? null : trueUs - foundUs,
        silent: isSilent(recording, trueUs) && !isQuiet(reference.samples, guessUs * 1e-6 * reference.rate),
      };
    });
  });
}

/** No sample above −80 dB within 4 ms. */
function isSilent(recording: Recording, trueUs: number): boolean {
  const centre = frameAt(recording, trueUs);
  return centre !== null && rms(recording.samples, centre.frame, 0.004 * recording.rate) < 1e-4;
}

/** Below −50 dB there may be nothing to hear after a volume control. */
function isQuiet(samples: Float32Array, frame: number): boolean {
  return rms(samples, frame, 200) < 3e-3;
}

function rms(samples: Float32Array, centre: number, length: number): number {
  const from = Math.max(0, Math.round(centre - length / 2));
  const part = samples.subarray(from, Math.max(from, Math.round(centre + length / 2)));
  return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, part.length));
}

function xruns(recording: Recording): Disturbance[] {
  return recording.segments.slice(1).flatMap((segment, i) => {
    const before = { ...recording, segments: recording.segments.slice(0, i + 1) };
    const stoppedUs = trueUsAt(before, segment.firstFrame);
    if (stoppedUs === null || segment.startTrueUs - stoppedUs < 100) return [];
    return [{ kind: 'xrun' as const, atTrueUs: stoppedUs, us: segment.startTrueUs - stoppedUs }];
  });
}

function gaps(points: readonly Point[]): Disturbance[] {
  return points.flatMap((point, i) => {
    if (!point.silent || points[i - 1]?.silent) return [];
    const end = points.slice(i).find(({ silent }) => !silent);
    return end ? [{ kind: 'gap' as const, atTrueUs: point.trueUs, us: end.trueUs - point.trueUs }] : [];
  });
}

/** A window with the step in it shows part of it: so look from two windows before to two after. */
const REACH = 2;
const TREND_POINTS = 40;

function steps(points: readonly Point[]): Disturbance[] {
  const rises = points.map((_, i) => riseUs(points, i - 1, i));
  const jumps = points.map((_, i) => {
    const jumpUs = riseUs(points, i - REACH, i + REACH);
    const nearby = rises.slice(Math.max(0, i - TREND_POINTS / 2), i + TREND_POINTS / 2);
    const trendUs = median(nearby.filter((rise) => rise !== null)) * 2 * REACH;
    return jumpUs === null || Number.isNaN(trendUs) ? 0 : jumpUs - trendUs;
  });
  return jumps.flatMap((us, i) => {
    const around = jumps.slice(Math.max(0, i - REACH), i + REACH + 1).map(Math.abs);
    const isPeak = Math.abs(us) >= Math.max(...around) && Math.abs(us) > Math.abs(jumps[i - 1] ?? 0);
    if (!isPeak || Math.abs(us) < SMALLEST_STEP_US) return [];
    return [{ kind: 'step' as const, atTrueUs: points[i]?.trueUs ?? Number.NaN, us }];
  });
}

function riseUs(points: readonly Point[], from: number, to: number): number | null {
  const [a, b] = [points[from], points[to]];
  if (a?.latenessUs == null || b?.latenessUs == null || a.track !== b.track) return null;
  return b.trueUs - a.trueUs > 2 * (to - from) * HOP_US ? null : b.latenessUs - a.latenessUs;
}
