/** How well something is. */
export type Verdict = 'ok' | 'warning' | 'problem';

/** What a check came to. */
export interface Finding {
  /** What was looked at: time, realtime, sound, wifi, disk, ports, versions, home. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What is there. */
  readonly found: string;
  /** What to do; empty when nothing has to be done. */
  readonly advice: string;
}

export const ok = (check: string, found: string): Finding => ({ check, verdict: 'ok', found, advice: '' });

export const warning = (check: string, found: string, advice: string): Finding => ({
  check,
  verdict: 'warning',
  found,
  advice,
});

export const problem = (check: string, found: string, advice: string): Finding => ({
  check,
  verdict: 'problem',
  found,
  advice,
});
