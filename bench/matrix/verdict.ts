import type { Outcome } from '../sync/run.ts';
import type { Case, Criterion } from './cases.ts';

/** What was measured of a case, and when. */
export interface CaseResult {
  readonly case: Case;
  readonly seconds: number;
  /** Jam's, and Snapcast's when it played. */
  readonly outcomes: readonly Outcome[];
  /** The machine's load over the minute before: others may have used it. */
  readonly loadBefore: number;
}

export interface Verdict {
  readonly criterion: Criterion;
  readonly jam: number;
  /** NaN when it didn't play or the quantity isn't one of its. */
  readonly snapcast: number;
  readonly reached: 'aim' | 'required' | 'missed';
}

/** Each of a case's figures against what was measured. */
export function verdictsOf({ case: { criteria }, outcomes }: CaseResult): Verdict[] {
  const [jam, snapcast] = outcomes;
  if (jam === undefined) return [];
  return criteria.map((criterion) => {
    const measured = criterion.of(jam);
    return {
      criterion,
      jam: measured,
      snapcast: snapcast ? criterion.of(snapcast) : Number.NaN,
      reached: reachedOf(criterion, measured),
    };
  });
}

function reachedOf({ better, required, aim }: Criterion, measured: number): Verdict['reached'] {
  const isAsGoodAs = (limit: number): boolean => (better === 'less' ? measured <= limit : measured >= limit);
  if (isAsGoodAs(aim)) return 'aim';
  return isAsGoodAs(required) ? 'required' : 'missed';
}
