import type { RoomReport } from '../measure/spread.ts';
import { median } from '../measure/statistics.ts';
import type { Look } from './status-poll.ts';

/** Whether the bound on the spread that people are shown was true. */
export interface Honesty {
  /** Looks at the status while the true spread was known. */
  readonly looks: number;
  /** Share of them in which a bound was shown. */
  readonly shownShare: number;
  /** Share of these in which the true spread was within it; NaN when none was shown. */
  readonly insideShare: number;
  readonly medianBoundUs: number;
}

/** Compares each bound that was shown with the spread at that time, from the recordings. */
export function honestyOf(room: RoomReport, looks: readonly Look[]): Honesty {
  const compared = looks.flatMap(({ atTrueUs, spreadBoundUs }) => {
    const spreadUs = room.spreadUs[indexAt(room, atTrueUs)];
    return spreadUs == null ? [] : [{ spreadUs, spreadBoundUs }];
  });
  const shown = compared.flatMap(({ spreadUs, spreadBoundUs }) =>
    spreadBoundUs === null ? [] : [{ spreadUs, boundUs: spreadBoundUs }],
  );
  const inside = shown.filter(({ spreadUs, boundUs }) => spreadUs <= boundUs);
  return {
    looks: compared.length,
    shownShare: shown.length / compared.length,
    insideShare: inside.length / shown.length,
    medianBoundUs: median(shown.map(({ boundUs }) => boundUs)),
  };
}

/** Of the room's measured time that is nearest; −1 or beyond the last outside of them. */
function indexAt({ timesUs }: RoomReport, trueUs: number): number {
  const [first = 0, second = first + 1] = timesUs;
  return Math.round((trueUs - first) / (second - first));
}
