import { type Disturbance, findDisturbances } from './disturbances.ts';
import { Tracks, WINDOW_US } from './position.ts';
import { type Recording, timeRange, trueUsAt } from './recording.ts';
import type { Reference } from './reference.ts';
import { median, type Percentiles, percentiles } from './statistics.ts';
import { type Trace, trace } from './trace.ts';

export interface NamedRecording {
  readonly name: string;
  readonly recording: Recording;
}

export interface SpeakerReport {
  readonly name: string;
  /** First and last audible frame in µs of true time; null when nothing was heard. */
  readonly onsetTrueUs: number | null;
  readonly endTrueUs: number | null;
  /** At each of the room's times: µs behind the room's median, positive is late; null when not heard. */
  readonly lateUs: readonly (number | null)[];
  /** Of |lateUs|. */
  readonly errorUs: Percentiles;
  /** Between the first and the last audible frame. */
  readonly disturbances: readonly Disturbance[];
}

/** How far apart the speakers of a room were, from nothing but what their devices consumed. */
export interface RoomReport {
  /** Times looked at, µs of true time. */
  readonly timesUs: readonly number[];
  /** At each time: the largest difference between any two speakers; null with fewer than two on one track. */
  readonly spreadUs: readonly (number | null)[];
  readonly spread: Percentiles;
  readonly speakers: readonly SpeakerReport[];
}

const STEP_US = 100_000;

/**
 * Measures every stepUs where each speaker is in the tracks, and compares.
 * @param references the tracks played, in any order
 * @param windowUs only this part of true time is measured; all of it when absent
 */
export function measureRoom(
  recordings: readonly NamedRecording[],
  references: readonly Reference[],
  windowUs: { fromUs: number; toUs: number } = wholeRange(recordings),
  stepUs: number = STEP_US,
): RoomReport {
  const tracks = new Tracks(references);
  const count = Math.max(0, Math.floor((windowUs.toUs - windowUs.fromUs) / stepUs) + 1);
  const firstUs = Math.ceil(windowUs.fromUs);
  const timesUs = Array.from({ length: count }, (_, i) => firstUs + i * stepUs);
  const ranges = recordings.map(({ recording }) => audibleRange(recording));
  const traces: Trace[] = [];
  recordings.forEach(({ recording }, speaker) => {
    const audible = timesUs.filter((trueUs) => isWithin(trueUs, ranges[speaker]));
    const first = timesUs.indexOf(audible[0] ?? Number.NaN);
    const hints = audible.map(
      (_, i) => traces.map((other) => other[first + i]).find((position) => position) ?? null,
    );
    const found = trace(recording, tracks, audible, hints);
    traces.push(timesUs.map((_, i) => clear(found[i - first])));
  });
  const lates = latenesses(traces, timesUs.length);
  const spreadUs = timesUs.map((_, i) => {
    const heard = lates.flatMap((late) => late[i] ?? []);
    return heard.length < 2 ? null : Math.max(...heard) - Math.min(...heard);
  });
  const speakers = recordings.map(({ name, recording }, i): SpeakerReport => {
    const lateUs = lates[i] ?? [];
    const errorUs = percentiles(lateUs.filter((late) => late !== null).map(Math.abs));
    const range = ranges[i] ?? { onsetTrueUs: null, endTrueUs: null };
    const fromUs = Math.max(windowUs.fromUs, range.onsetTrueUs ?? Infinity);
    const toUs = Math.min(windowUs.toUs, range.endTrueUs ?? -Infinity);
    const disturbances = findDisturbances(recording, tracks, timesUs, traces[i] ?? []).filter(
      ({ atTrueUs }) => atTrueUs > fromUs && atTrueUs < toUs,
    );
    return { name, ...range, lateUs, errorUs, disturbances };
  });
  const spread = percentiles(spreadUs.filter((us) => us !== null));
  return { timesUs, spreadUs, spread, speakers };
}

/** Less alike is a window with a jump in it, which is at two places at once. */
const CLEAR = 0.9;

function clear(position: Trace[number] | undefined): Trace[number] {
  return position && position.correlation >= CLEAR ? position : null;
}

/** Whether sound is all around: a window that is partly silence may seem to be at another, similar place. */
function isWithin(trueUs: number, range: AudibleRange | undefined): boolean {
  const { onsetTrueUs, endTrueUs } = range ?? { onsetTrueUs: null, endTrueUs: null };
  if (onsetTrueUs === null || endTrueUs === null) return false;
  return trueUs - WINDOW_US / 2 >= onsetTrueUs && trueUs + WINDOW_US / 2 <= endTrueUs;
}

/** Each speaker's µs behind the median of those on the same track as the first of them; null else. */
function latenesses(traces: readonly Trace[], count: number): (number | null)[][] {
  const lates = traces.map((): (number | null)[] => []);
  for (let i = 0; i < count; i++) {
    const here = traces.map((positions) => positions[i] ?? null);
    const track = here.find((position) => position)?.track;
    const middle = median(here.flatMap((position) => (position?.track === track ? [position?.us ?? 0] : [])));
    here.forEach((position, speaker) => {
      lates[speaker]?.push(position && position.track === track ? middle - position.us : null);
    });
  }
  return lates;
}

/** Above dither at 16 bits, below any music. */
const AUDIBLE = 2e-4;

type AudibleRange = Pick<SpeakerReport, 'onsetTrueUs' | 'endTrueUs'>;

function audibleRange(recording: Recording): AudibleRange {
  const isAudible = (sample: number): boolean => Math.abs(sample) > AUDIBLE;
  const first = recording.samples.findIndex(isAudible);
  if (first < 0) return { onsetTrueUs: null, endTrueUs: null };
  const last = recording.samples.findLastIndex(isAudible);
  return { onsetTrueUs: trueUsAt(recording, first), endTrueUs: trueUsAt(recording, last) };
}

function wholeRange(recordings: readonly NamedRecording[]): { fromUs: number; toUs: number } {
  const ranges = recordings.flatMap(({ recording }) => timeRange(recording) ?? []);
  if (ranges.length === 0) return { fromUs: 0, toUs: 0 };
  return {
    fromUs: Math.min(...ranges.map(({ fromUs }) => fromUs)),
    toUs: Math.max(...ranges.map(({ toUs }) => toUs)),
  };
}
