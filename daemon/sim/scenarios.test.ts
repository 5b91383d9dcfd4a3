import test from 'ava';
import { summaryOf } from './report.ts';
import { run } from './run.ts';
import { SCENARIOS } from './scenarios/index.ts';

/** The long ones are cut down here; `npm run sim` runs them whole. */
const LONGEST_S = 300;
const CUT: Readonly<Record<string, number>> = { overnight: 900, day: 400, hour: 160 };

for (const scenario of SCENARIOS) {
  test.serial(`${scenario.name}: ${scenario.about}`, async (t) => {
    const seconds = CUT[scenario.name] ?? Math.min(scenario.seconds, LONGEST_S);
    const outcome = await run(scenario, { seed: 1, seconds });
    t.log(`${Math.round(seconds / outcome.tookS)} × real time`);
    t.deepEqual(outcome.violations, [], summaryOf(outcome));
    t.true(
      outcome.samples.some(({ spreadUs }) => spreadUs !== null),
      'two speakers were in place at once',
    );
  });
}
