import type { Glitch } from '../../../protos/index.ts';

/** Per speaker. */
const KEPT = 500;

/**
 * A speaker's log with what its report tells: each report repeats the last glitches, so that a lost one loses none.
 * @param log oldest first
 */
export function mergeGlitches(log: readonly Glitch[], reported: readonly Glitch[]): readonly Glitch[] {
  const fresh = reported.filter((glitch) => !log.some((known) => isSame(known, glitch)));
  return fresh.length === 0 ? log : [...log, ...fresh].slice(-KEPT);
}

function isSame(a: Glitch, b: Glitch): boolean {
  return a.runId === b.runId && a.number === b.number;
}
