import { type Position, PositionTracker, type Tracks } from './position.ts';
import type { Recording } from './recording.ts';

/** A recording's position at each of a list of times; null where it has none. */
export type Trace = readonly (Position | null)[];

const PASSES = 4;
const SAME_SPEED_PPM = 1;
const MAX_SPEED_PPM = 1000;

/**
 * Positions at rising times in µs of true time. What is louder in a window weighs more, so that the speed
 * of playing has to be known to place the window's centre: positions are measured again with the speed that
 * their neighbours show, until that stays the same. A position that no neighbour confirms is dropped.
 * @param hints positions of another speaker at the same times, for where a track repeats itself
 */
export function trace(
  recording: Recording,
  tracks: Tracks,
  timesUs: readonly number[],
  hints: Trace = [],
): Trace {
  const tracker = new PositionTracker(recording, tracks);
  const positions = timesUs.map((trueUs, i) => tracker.at(trueUs, hints[i] ?? null));
  let usedPpm = positions.map((): number | null => null);
  for (let pass = 0; pass < PASSES; pass++) {
    const speedsPpm = positions.map((_, i) => speedPpm(positions, timesUs, i));
    const due = [...positions.keys()].filter((i) => differ(speedsPpm[i], usedPpm[i]));
    for (const i of due) {
      const [position, trueUs, speed] = [positions[i], timesUs[i], speedsPpm[i]];
      if (position && trueUs !== undefined && speed != null) {
        positions[i] = tracker.refine(trueUs, position, speed);
      }
    }
    usedPpm = speedsPpm;
  }
  return positions.map((_, i) => (isConfirmed(positions, timesUs, i) ? (positions[i] ?? null) : null));
}

const NEIGHBOURS = 3;
const CONFIRMATIONS = 2;
const LARGEST_STEP_US = 50_000;

/** Whether positions near in time agree: a place found by likeness alone may be another one like it, even twice. */
function isConfirmed(positions: Trace, timesUs: readonly number[], i: number): boolean {
  const here = positions[i];
  if (!here) return false;
  const first = Math.max(0, i - NEIGHBOURS);
  const agreeing = positions.slice(first, i + NEIGHBOURS + 1).filter((other, k) => {
    const index = first + k;
    if (!other || index === i || other.track !== here.track) return false;
    const elapsedUs = (timesUs[index] ?? 0) - (timesUs[i] ?? 0);
    return Math.abs(other.us - here.us - elapsedUs) < LARGEST_STEP_US;
  });
  return agreeing.length >= CONFIRMATIONS;
}

/** The speed against nominal that the neighbours of position i show, as far as they are of the same run. */
function speedPpm(positions: Trace, timesUs: readonly number[], i: number): number | null {
  const here = positions[i];
  if (here === null) return null;
  const speedBetween = (from: number, to: number): number | null => {
    const [a, b] = [positions[from], positions[to]];
    const [aUs, bUs] = [timesUs[from], timesUs[to]];
    if (!a || !b || aUs === undefined || bUs === undefined || a.track !== b.track) return null;
    const ppm = ((b.us - a.us) / (bUs - aUs) - 1) * 1e6;
    return Math.abs(ppm) <= MAX_SPEED_PPM ? ppm : null;
  };
  return speedBetween(i - 1, i + 1) ?? speedBetween(i, i + 1) ?? speedBetween(i - 1, i);
}

function differ(speed: number | null | undefined, used: number | null | undefined): boolean {
  if (speed == null) return false;
  return used == null || Math.abs(speed - used) > SAME_SPEED_PPM;
}
