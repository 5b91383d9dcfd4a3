import test from 'ava';
import type { Home } from './home.ts';
import { commandOf, summaryOf } from './report.ts';
import { run } from './run.ts';
import type { Scenario } from './scenario.ts';
import { scenarioNamed } from './scenarios/index.ts';

const plain: Scenario = {
  name: 'plain',
  about: 'Two speakers play.',
  seconds: 40,
  home: { speakers: 2 },
  limits: {},
  script: (director) => director.music(),
};

/** What follows the first speaker's DAC delays the sound by so much from now on, and nobody is told. */
function lag({ speakers: [first] }: Home, us: number): void {
  if (first) first.device.lagUs = us;
}

/** What invariants a home violates in which something goes wrong that nobody has been told of. */
async function violatedBy(
  breakIt: Scenario['script'],
  limits: Scenario['limits'] = {},
): Promise<Set<string>> {
  const script: Scenario['script'] = (director) => {
    director.music();
    breakIt(director);
  };
  const { violations } = await run({ ...plain, limits, script }, { seed: 1 });
  return new Set(violations.map(({ invariant }) => invariant));
}

test.serial('the same seed gives the same run, another seed another one', async (t) => {
  const chaos = scenarioNamed('wifi-chaos');
  if (!chaos) throw new Error('there is no chaos');
  const [one, again, other] = [
    await run(chaos, { seed: 7, seconds: 90 }),
    await run(chaos, { seed: 7, seconds: 90 }),
    await run(chaos, { seed: 8, seconds: 90 }),
  ];
  t.deepEqual(again.samples, one.samples);
  t.deepEqual(again.log, one.log);
  t.notDeepEqual(other.log, one.log);
});

test.serial('a speaker out of place is found, however little more than the limit', async (t) => {
  const found = await violatedBy(({ at, home }) => at(20, () => lag(home, 90)));
  t.true(found.has('spread'), [...found].join());
  t.true(found.has('error'), [...found].join());
  const limits = { spreadUs: 120, errorUs: 120, spreadRmsUs: 120 };
  const allowed = await violatedBy(({ at, home }) => at(20, () => lag(home, 90)), limits);
  t.deepEqual([...allowed], []);
});

test.serial('how far a speaker is out of place is measured to a few µs', async (t) => {
  for (const lagUs of [0, 25, 100, 1000, 20_000]) {
    const script: Scenario['script'] = (director) => {
      director.music();
      director.at(10, () => lag(director.home, lagUs));
    };
    const { samples } = await run({ ...plain, script }, { seed: 1 });
    const later = samples.filter(({ atUs }) => atUs > 11e6);
    const errors = later.flatMap(({ errorsUs: [first] }) => first ?? []);
    const meanUs = errors.reduce((sum, one) => sum + one, 0) / errors.length;
    t.true(errors.length > 50, 'it was measured often');
    t.true(Math.abs(meanUs - lagUs) < 10, `${meanUs} µs, not ${lagUs}`);
  }
});

test.serial('a speaker that is silent while its room plays is found', async (t) => {
  const violated = await violatedBy(({ at, home }) => at(20, () => home.speakers[0]?.stall(15_000)));
  t.true(violated.has('place'), [...violated].join());
});

test.serial('a speaker that missed a command, and plays on as before, is found', async (t) => {
  const violated = await violatedBy(({ at, home, command }) => {
    const [first] = home.speakers;
    if (!first) return;
    const { there, back } = home.paths(first);
    at(20, () => {
      // Lost like this, nobody is known to be cut off.
      for (const path of [there, back]) path.model = { ...path.model, lossRatio: 1 };
    });
    at(22, () => command({ kind: 'seek', seconds: 60, relative: false }));
  });
  t.true(violated.has('agreement'), [...violated].join());
  t.true(violated.has('error'), [...violated].join());
});

test.serial('a clock path that is longer one way than promised is found', async (t) => {
  const violated = await violatedBy(({ at, home, faults }) => {
    const { path } = home.model;
    at(0.1, () => faults.change(home.speakers.slice(1), { ...path, fixedUs: 2000 }, path));
  });
  t.true(violated.has('spread'), [...violated].join());
  t.false(violated.has('bound'), 'the displayed bound knows of it');
});

test.serial('a failure prints the shortest command that repeats it', async (t) => {
  const limits = { spreadUs: 1 };
  const outcome = await run({ ...plain, limits }, { seed: 12, speakers: 3 });
  const [first] = outcome.violations;
  if (!first) return t.fail('nothing was violated');
  const untilS = Number(/ --until ([0-9.]+)$/.exec(commandOf(outcome))?.[1]);
  t.is(commandOf(outcome), `npm run sim -- --seed 12 --scenario plain --speakers 3 --until ${untilS}`);
  t.true(untilS * 1e6 >= first.atUs && untilS * 1e6 < first.atUs + 2e5, `${untilS} s is just after it`);
  t.regex(summaryOf(outcome), /spread: .* µs/);

  const again = await run({ ...plain, limits }, { seed: 12, speakers: 3, untilS });
  t.deepEqual(again.violations.slice(0, 1), [first]);
  t.deepEqual(again.samples, outcome.samples.slice(0, again.samples.length));
  t.true(again.seconds < untilS + 0.5);
});

test.serial('it runs at hundreds of times real time', async (t) => {
  const { seconds, tookS } = await run(plain, { seed: 1, seconds: 120 });
  t.log(`${Math.round(seconds / tookS)} × real time`);
  // A loaded machine may take many times longer; `npm run bench:sim` measures it.
  t.true(seconds / tookS > 20, `${seconds / tookS} × real time`);
});
