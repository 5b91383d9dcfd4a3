import test from 'ava';
import type { RoomReport } from '../measure/spread.ts';
import { percentiles } from '../measure/statistics.ts';
import { plainDac } from '../rig/dac.ts';
import type { HostPlan } from '../rig/rig.ts';
import { honestyOf } from './honesty.ts';
import { splitError } from './split.ts';
import type { Look } from './status-poll.ts';

const SECONDS = 10;
const names = ['kitchen', 'study', 'bath'];

/** A room in which each speaker was late by as much, all the time. */
function roomOf(lateUs: readonly number[]): RoomReport {
  const timesUs = Array.from({ length: SECONDS * 10 }, (_, i) => 1e15 + i * 100_000);
  const spreadUs = timesUs.map(() => Math.max(...lateUs) - Math.min(...lateUs));
  const speakers = names.map((name, i) => ({
    name,
    onsetTrueUs: 1e15,
    endTrueUs: 1e15 + SECONDS * 1e6,
    lateUs: timesUs.map(() => lateUs[i] ?? 0),
    errorUs: percentiles([Math.abs(lateUs[i] ?? 0)]),
    disturbances: [],
  }));
  return { timesUs, spreadUs, spread: percentiles(spreadUs), speakers };
}

const plans: HostPlan[] = names.map((name, i) => ({
  name,
  clockOffsetS: 1000 * i,
  clockPpm: 50 * (i - 1),
  dac: { ...plainDac, ppm: 20 * i },
}));

interface Told {
  readonly offsetErrorUs: number;
  readonly errorUs: number;
}

/** What speakers tell that take their clocks' offsets for so much too large, and report that playout error. */
function looksOf(told: readonly Told[], spreadBoundUs: number | null): Look[] {
  return Array.from({ length: SECONDS * 3 - 3 }, (_, i) => {
    const sentRoomUs = 5e9 + i * 300_000;
    const reports = plans.map(({ name, clockOffsetS, clockPpm }, speaker) => ({
      name,
      sentRoomUs,
      offsetUs:
        sentRoomUs -
        (sentRoomUs + clockOffsetS * 1e6) * (1 + clockPpm * 1e-6) +
        (told[speaker]?.offsetErrorUs ?? 0),
      clockBoundUs: 20,
      errorUs: told[speaker]?.errorUs ?? 0,
      dacBoundUs: 5,
      dacPpm: 0,
      bufferMs: 100,
    }));
    return { atTrueUs: 1e15 + 200_000 + i * 300_000, spreadBoundUs, reports, needs: [], startTrueUs: null };
  });
}

const still: Told = { offsetErrorUs: 0, errorUs: 0 };

test('an error that comes from the clock estimate is told as that', (t) => {
  const looks = looksOf([still, { offsetErrorUs: -30, errorUs: 0 }, still], null);
  const [, study] = splitError(roomOf([0, 30, 0]), looks, plans);
  t.true(Math.abs((study?.clock.p50 ?? 0) - 30) < 0.01, `clock ${study?.clock.p50} µs`);
  t.true((study?.dac.p99 ?? 99) < 0.01, `DAC ${study?.dac.p99} µs`);
  t.is(study?.controller.p99, 0);
  t.is(study?.clockBoundShare, 0);
});

test('what neither the clock nor the controller explains is the DAC model’s', (t) => {
  const looks = looksOf([still, still, { offsetErrorUs: 0, errorUs: 4 }], null);
  const [kitchen, , bath] = splitError(roomOf([0, 0, 11]), looks, plans);
  t.is(bath?.controller.p50, 4);
  t.true(Math.abs((bath?.dac.p50 ?? 0) - 7) < 0.01, `DAC ${bath?.dac.p50} µs`);
  t.is(kitchen?.whole.p99, 0);
});

test('a shown bound is held against the true spread at its time', (t) => {
  const room = roomOf([0, 30, 0]);
  t.is(honestyOf(room, looksOf([still, still, still], 31)).insideShare, 1);
  t.is(honestyOf(room, looksOf([still, still, still], 29)).insideShare, 0);
  const none = honestyOf(room, looksOf([still, still, still], null));
  t.is(none.shownShare, 0);
  t.is(none.insideShare, Number.NaN);
});
