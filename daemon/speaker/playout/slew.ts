import { type Ppm, ppm } from '../../units.ts';

/** A correction this large is used while the error is ordinary … */
const steadyLimitPpm = 300;
/** … and this large above recoveringUs. */
const recoveringLimitPpm = 500;
const recoveringUs = 1000;
/** An error is taken back as e^(−t/τ). Long enough that the estimates' noise (some µs) is not heard as pitch. */
const timeConstantS = 4;
/** How quickly the correction may change. A tone that glides by 100 ppm in a second is not told from a steady one. */
const changeLimitPpmPerS = 100;
/** Above this a jump is better than many seconds of slewing: 1 ms is enough to move the image of a stereo pair to one side. */
const jumpUs = 2000;

/** Whether an error is to be corrected by a jump rather than by rate. */
export function needsJump(errorUs: number): boolean {
  return Math.abs(errorUs) > jumpUs;
}

/**
 * The next correction of the playout rate beyond the feed-forward one.
 *
 * The feed-forward rate comes from the clock map and the DAC model, which are integrators themselves, so
 * proportional control leaves no steady error.
 * @param errorUs playout error, positive is late
 * @param nowPpm the correction so far; positive plays faster
 * @param elapsedS time for which the correction so far was used
 */
export function nextSlew(errorUs: number, nowPpm: Ppm, elapsedS: number): Ppm {
  const limit = Math.abs(errorUs) > recoveringUs ? recoveringLimitPpm : steadyLimitPpm;
  const wanted = clamp(errorUs / timeConstantS, limit);
  const change = clamp(wanted - nowPpm, changeLimitPpmPerS * elapsedS);
  return ppm(nowPpm + change);
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}
