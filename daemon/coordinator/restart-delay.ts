const FIRST_MS = 250;
const LONGEST_MS = 30_000;
/** A process that has lived this long was well: its next restart is a first one. */
const WELL_AFTER_MS = 30_000;

/**
 * How long to wait before a process that has ended is started again: not at all the first time, then
 * from 0.25 s on twice as long each time, up to 30 s.
 * @param failures as returned at the end before, 0 at first
 */
export function restartDelayMs(failures: number, livedMs: number): { delayMs: number; failures: number } {
  if (failures === 0 || livedMs >= WELL_AFTER_MS) return { delayMs: 0, failures: 1 };
  return { delayMs: Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS), failures: failures + 1 };
}
