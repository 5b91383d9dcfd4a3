import type { LocalUs, RoomUs } from '../../units.ts';
import { hasSound, type Plan, segmentIndexAt } from './plan.ts';

/** From opening a device to knowing when its frames are heard, until it has been measured. */
export const usualWakeUs = 200_000;
/** Ticks come so many times slower while the device is closed for want of anything to play. */
export const restingPatience = 12;

/** Whether something sounds at a time or is to later; without a time, whether anything in the plan does. */
export function hasSoundFrom(plan: Plan, at: RoomUs | undefined): boolean {
  const current = at === undefined ? 0 : segmentIndexAt(plan, at);
  return plan.segments.some((segment, i) => i >= current && hasSound(segment));
}

/** Notices when there has been nothing to play for long. */
export class Idleness {
  readonly #limitUs: number;
  #lastSoundUs: LocalUs | undefined;

  /** @param limitS how long is long; 0: it never is */
  constructor(limitS: number) {
    this.#limitUs = limitS === 0 ? Number.POSITIVE_INFINITY : limitS * 1e6;
  }

  /** Whether it has been long; then it counts anew. */
  observe(now: LocalUs, sounds: boolean): boolean {
    if (sounds || this.#lastSoundUs === undefined) this.#lastSoundUs = now;
    if (now - this.#lastSoundUs < this.#limitUs) return false;
    this.#lastSoundUs = undefined;
    return true;
  }
}
