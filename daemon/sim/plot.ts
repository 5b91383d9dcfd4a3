import { plotRoom } from '../../bench/measure/plot.ts';
import { percentiles } from '../../bench/measure/statistics.ts';
import type { Outcome } from './run.ts';

/** No plot has more points a line. */
const POINTS = 3000;

/** An SVG of a run: each speaker's playout error over true time, and the spread. */
export function plotOf({ scenario, seed, samples, model }: Outcome): string {
  const every = Math.ceil(samples.length / POINTS);
  const shown = samples.filter((_, i) => i % every === 0);
  const names = Array.from({ length: model.speakers }, (_, i) => `speaker-${i + 1}`);
  return plotRoom(
    {
      timesUs: shown.map(({ atUs }) => atUs),
      spreadUs: shown.map(({ spreadUs }) => spreadUs),
      spread: percentiles(samples.flatMap(({ spreadUs }) => spreadUs ?? [])),
      speakers: names.map((name, i) => ({
        name,
        onsetTrueUs: null,
        endTrueUs: null,
        lateUs: shown.map(({ errorsUs }) => errorsUs[i] ?? null),
        errorUs: percentiles(samples.flatMap(({ errorsUs }) => Math.abs(errorsUs[i] ?? Number.NaN) || [])),
        disturbances: [],
      })),
    },
    `${scenario.name}, seed ${seed}: playout error in simulated time`,
  );
}
