import test from 'ava';
import fc from 'fast-check';
import { seededRandom } from '../random.ts';
import { localUs, roomUs } from '../units.ts';
import { toRoom } from './clock-map.ts';
import { ClockSync } from './clock-sync.ts';
import {
  BAD_WIFI,
  BusyLink,
  type LinkModel,
  type SimulatedClocks,
  SimulatedLink,
  WIFI,
  WIRED,
  wanderingClocks,
} from './simulated-link.fixture.ts';
import { percentile, runSync, type SimulatedUpdate } from './simulated-run.fixture.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const steady = (offsetUs: number, driftPpm: number): SimulatedClocks => ({
  clockId: 'room',
  offsetUs: (atUs) => offsetUs + atUs * driftPpm * 1e-6,
  driftPpm: () => driftPpm,
});
const nobody = { exchange: () => undefined };

function simulate(seed: number, model: LinkModel, wanderPpm = 0.3, seconds = 180): SimulatedUpdate[] {
  const random = seededRandom(seed);
  const driftPpm = seed % 2 ? 50 : -50;
  const clocks = wanderingClocks(random, { offsetUs: 1e9, driftPpm, wanderPpm, wanderSeconds: 150, seconds });
  return runSync(new ClockSync(), new SimulatedLink(random, model), clocks, 0, seconds * 1e6);
}

/** Errors just before and just after each burst from a time on. */
const errors = (updates: SimulatedUpdate[], fromUs: number) =>
  updates.filter(({ atUs }) => atUs >= fromUs).flatMap((one) => [one.errorUs, one.errorBeforeUs]);

test('wired, crystals 50 ppm apart and wandering: within 10 µs of the truth, 99 of 100 times', (t) => {
  const runs = SEEDS.map((seed) => simulate(seed, WIRED));
  const p99 = percentile(
    runs.flatMap((run) => errors(run, 10e6)),
    0.99,
  );
  t.true(p99 < 10, `p99 is ${p99} µs`);
});

for (const [name, model, limitUs] of [
  ['Wi-Fi with queues, stalls and losses', WIFI, 30],
  ['bad Wi-Fi', BAD_WIFI, 100],
] as const)
  test(`${name}: within ${limitUs} µs, 99 of 100 times`, (t) => {
    const runs = SEEDS.map((seed) => simulate(seed, model));
    const p99 = percentile(
      runs.flatMap((run) => errors(run, 10e6)),
      0.99,
    );
    t.true(p99 < limitUs, `p99 is ${p99} µs`);
  });

for (const [name, model, limitUs] of [
  ['wired', WIRED, 10],
  ['Wi-Fi', WIFI, 90],
  ['bad Wi-Fi', BAD_WIFI, 500],
] as const)
  test(`a processor that is busy at first misleads for few seconds: after 4 s within ${limitUs} µs, ${name}`, (t) => {
    for (const seed of SEEDS) {
      const random = seededRandom(seed);
      const link = new BusyLink(random, new SimulatedLink(random, model), 1.5e6);
      const updates = runSync(new ClockSync(), link, steady(0, seed % 2 ? 50 : -50), 0, 20e6);
      const worstUs = percentile(errors(updates, 4e6), 1);
      t.true(worstUs < limitUs, `seed ${seed}: off by ${worstUs} µs`);
    }
  });

test('a crystal that wanders by 1 ppm within minutes is followed: wired within 20 µs', (t) => {
  const runs = SEEDS.map((seed) => simulate(seed, WIRED, 1));
  const p99 = percentile(
    runs.flatMap((run) => errors(run, 10e6)),
    0.99,
  );
  t.true(p99 < 20, `p99 is ${p99} µs`);
});

test('150 ms after the first exchange a quiet link is synchronized, within 100 µs', (t) => {
  for (const seed of SEEDS) {
    const update = simulate(seed, WIRED, 0.3, 0.15).at(-1);
    t.is(update?.report.state, 'SYNCHRONIZED', `seed ${seed}`);
    t.true(Math.abs(update?.errorUs ?? Infinity) < 100, `seed ${seed}: off by ${update?.errorUs} µs`);
  }
});

test('once synchronized on a quiet link, a new map steps by a few µs', (t) => {
  const steps = SEEDS.flatMap((seed) => simulate(seed, WIRED).filter(({ atUs }) => atUs > 10e6)).map(
    (one) => one.errorUs - one.errorBeforeUs,
  );
  t.true(percentile(steps, 0.99) < 5, `p99 of the steps is ${percentile(steps, 0.99)} µs`);
});

test('the truth lies within the error bound, whatever the link and however asymmetric', (t) => {
  const way = fc.record({
    fixedUs: fc.integer({ min: 20, max: 20_000 }),
    queueUs: fc.integer({ min: 0, max: 3000 }),
    stallEveryUs: fc.constantFrom(0, 2e6),
    lossRatio: fc.constantFrom(0, 0.003, 0.05),
  });
  const seed = fc.integer({ min: 1, max: 2 ** 31 });
  const drift = fc.integer({ min: -100, max: 100 });
  const check = (there: LinkModel, back: LinkModel, seed: number, driftPpm: number) => {
    const random = seededRandom(seed);
    const clocks = wanderingClocks(random, {
      offsetUs: -5e8,
      driftPpm,
      wanderPpm: 0.3,
      wanderSeconds: 150,
      seconds: 40,
    });
    const link = new SimulatedLink(random, there, back);
    const updates = runSync(new ClockSync(), link, clocks, 0, 40e6).filter(({ map }) => map);
    const outside = updates.filter(({ errorUs, map }) => Math.abs(errorUs) > (map?.errorBoundUs ?? 0));
    return outside.length <= updates.length * 0.01;
  };
  t.notThrows(() => fc.assert(fc.property(way, way, seed, drift, check), { numRuns: 40, seed: 1 }));
});

test('a path asymmetry is not seen, and the bound says so', (t) => {
  const link = new SimulatedLink(seededRandom(1), { ...WIRED, fixedUs: 2150 }, WIRED);
  const last = runSync(new ClockSync(), link, steady(0, 0), 0, 30e6).at(-1);
  t.true(Math.abs((last?.errorUs ?? 0) - 1000) < 20, `expected half the asymmetry, is ${last?.errorUs} µs`);
  t.true((last?.map?.errorBoundUs ?? 0) > 1000);
});

test('a known drift is taken over: right from the first second on', (t) => {
  const link = new SimulatedLink(seededRandom(1), WIRED);
  const sync = new ClockSync({ driftPpm: 49.5, sigmaPpm: 2 });
  const early = runSync(sync, link, steady(7e6, 50), 0, 1e6).at(-1);
  t.true(Math.abs(early?.driftErrorPpm ?? Infinity) < 2, `drift off by ${early?.driftErrorPpm} ppm`);
});

test('a known drift that is wrong by 60 ppm does no harm for long', (t) => {
  const link = new SimulatedLink(seededRandom(1), WIRED);
  const sync = new ClockSync({ driftPpm: -10, sigmaPpm: 2 });
  const updates = runSync(sync, link, steady(7e6, 50), 0, 30e6);
  t.true(percentile(errors(updates, 3e6), 0.99) < 30, `p99 ${percentile(errors(updates, 3e6), 0.99)} µs`);
});

for (const [name, model, stepUs] of [
  ['wired, 1 ms', WIRED, 1000],
  ['wired, −200 µs', WIRED, -200],
  ['Wi-Fi, 100 ms', WIFI, 100_000],
] as const) {
  test(`a step of the clock is followed within two bursts: ${name}`, (t) => {
    const link = new SimulatedLink(seededRandom(3), model);
    const sync = new ClockSync();
    runSync(sync, link, steady(0, 20), 0, 30e6);
    const after = runSync(sync, link, steady(stepUs, 20), 30e6, 60e6);
    const followed = after.findIndex(({ errorUs }) => Math.abs(errorUs) < Math.abs(stepUs) / 4);
    t.true(followed >= 0 && followed <= 2, `followed at burst ${followed}`);
    t.true(percentile(errors(after, 45e6), 0.99) < 60);
  });
}

test('one burst that contradicts all others does not pull', (t) => {
  const clocks = steady(0, 20);
  const link = new SimulatedLink(seededRandom(4), WIRED);
  const sync = new ClockSync();
  runSync(sync, link, clocks, 0, 30e6);
  const outlier = runSync(sync, link, steady(3000, 20), 30e6, 30e6 + 1).at(-1);
  t.is(outlier?.report.state, 'SYNCHRONIZED');
  const after = runSync(sync, link, clocks, 30.1e6, 40e6);
  t.true(percentile(errors(after, 0), 1) < 15, `pulled by ${percentile(errors(after, 0), 1)} µs`);
});

test('with 30 % of the packets lost it synchronizes, and stays within its bound', (t) => {
  for (const seed of SEEDS) {
    const updates = simulate(seed, { ...WIFI, lossRatio: 0.3 }, 0.3, 60);
    const late = updates.filter(({ atUs }) => atUs > 20e6);
    const states = new Set(late.map(({ report }) => report.state));
    t.true(states.has('SYNCHRONIZED') && !states.has('UNSYNCHRONIZED'), `seed ${seed}: ${[...states]}`);
    const outside = late.filter(({ errorUs, map }) => Math.abs(errorUs) > (map?.errorBoundUs ?? 0));
    t.is(outside.length, 0, `seed ${seed}`);
  }
});

test('in holdover the map goes on, its bound grows and covers the truth; the return is smooth and quick', (t) => {
  for (const seed of SEEDS) {
    const random = seededRandom(seed);
    const options = { offsetUs: 0, driftPpm: 50, wanderPpm: 0.3, wanderSeconds: 150, seconds: 180 };
    const clocks = wanderingClocks(random, options);
    const link = new SimulatedLink(random, WIRED);
    const sync = new ClockSync();
    runSync(sync, link, clocks, 0, 60e6);
    const alone = runSync(sync, nobody, clocks, 60e6, 120e6);
    t.is(alone.at(-1)?.report.state, 'HOLDOVER');
    const bounds = alone.map(({ map }) => map?.errorBoundUs ?? 0);
    t.deepEqual(
      bounds,
      bounds.toSorted((a, b) => a - b),
      'the bound grows',
    );
    t.true((bounds.at(-1) ?? 0) > (bounds[0] ?? 0) + 10);
    t.true(alone.every(({ errorUs, map }) => Math.abs(errorUs) <= (map?.errorBoundUs ?? 0)));

    const back = runSync(sync, link, clocks, 120e6, 122e6);
    t.is(back[0]?.report.state, 'SYNCHRONIZED', 'at the first burst: nothing has changed');
    t.true(back.length > 20, 'bursts come quickly again');
    t.true(percentile(errors(back, 121e6), 1) < 15);
  }
});

test('a new clock id throws the old samples away, the same one after a pause keeps them', (t) => {
  const link = new SimulatedLink(seededRandom(1), WIRED);
  const sync = new ClockSync();
  runSync(sync, link, steady(5e6, 50), 0, 30e6);
  runSync(sync, nobody, steady(5e6, 50), 30e6, 40e6);
  const same = runSync(sync, link, steady(5e6, 50), 40e6, 40e6 + 1).at(-1);
  t.true(Math.abs(same?.driftErrorPpm ?? Infinity) < 0.5, 'the drift is kept');

  const other = { ...steady(-3e9, -20), clockId: 'another host' };
  const first = runSync(sync, link, other, 50e6, 50e6 + 1).at(-1);
  t.is(first?.map?.clockId, 'another host');
  t.is(first?.report.state, 'ACQUIRING');
  t.true(Math.abs(first?.errorUs ?? Infinity) < 100, `off by ${first?.errorUs} µs`);
});

test('room times read a burst apart never fall, as long as no clock is set', (t) => {
  for (const model of [WIRED, WIFI])
    for (const seed of SEEDS) {
      const updates = simulate(seed, model, 0.3, 60).filter(({ map }) => map);
      const times = updates.map(({ atUs, map }) => (map ? toRoom(map, localUs(atUs)) : 0));
      t.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    }
});

test('before any reply there is no map, and the state says so', (t) => {
  const update = new ClockSync().addBurst([], localUs(1e6));
  t.is(update.map, undefined);
  t.is(update.report.state, 'UNSYNCHRONIZED');
});

test('times that no exchange can have are ignored', (t) => {
  const sync = new ClockSync();
  const bad = {
    t1Us: localUs(1000),
    t2Us: roomUs(50),
    t3Us: roomUs(40),
    t4Us: localUs(900),
    clockId: 'room',
  };
  t.is(sync.addBurst([bad], localUs(1e6)).map, undefined);
});

test('bursts come quickly at first, then each second, then every other; more samples where there are queues', (t) => {
  const pauses = (model: LinkModel, fromUs: number, untilUs: number) => {
    const at = simulate(1, model, 0.3, 30)
      .map(({ atUs }) => atUs)
      .filter((us) => us > fromUs && us < untilUs);
    return at.slice(1).map((us, i) => us - (at[i] ?? 0));
  };
  t.true(Math.max(...pauses(WIRED, 0, 0.9e6)) < 60e3);
  t.true(Math.abs(percentile(pauses(WIRED, 4e6, 11e6), 0.5) - 1e6) < 50e3);
  t.true(Math.abs(percentile(pauses(WIRED, 15e6, 30e6), 0.5) - 2e6) < 50e3);
  const sync = new ClockSync();
  runSync(sync, new SimulatedLink(seededRandom(1), WIFI), steady(0, 0), 0, 5e6);
  t.is(sync.plan.samples, 24);
});

test('the delay told counts stalled samples of the last minute', (t) => {
  const stalling = { ...WIRED, stallEveryUs: 0.5e6 };
  const stalled = simulate(1, stalling, 0.3, 60).at(-1)?.report.delayP95Us ?? 0;
  const quiet = simulate(1, WIRED, 0.3, 60).at(-1)?.report.delayP95Us ?? 0;
  t.true(quiet < 700, `quiet: ${quiet} µs`);
  t.true(stalled > quiet, `stalled: ${stalled} µs`);
});
