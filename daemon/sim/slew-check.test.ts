import test from 'ava';
import { ppm } from '../units.ts';
import { SlewCheck, type SlewReport } from './slew-check.ts';

const sounding: SlewReport = {
  epoch: 1,
  itemId: 'a',
  slewPpm: ppm(0),
  xruns: 0,
  resyncs: 0,
  gaps: 0,
};

/** What is said of reports that come four times a second. */
function said(reports: readonly Partial<SlewReport>[]): string[] {
  const check = new SlewCheck();
  return reports.flatMap((report, i) => check.observe({ ...sounding, ...report }, i * 250_000) ?? []);
}

const at = (slewPpm: number, epoch = 1) => ({ slewPpm: ppm(slewPpm), epoch });

test('slew within its limits is fine', (t) => {
  t.deepEqual(said([at(100), at(120), at(145), at(120), at(60)]), []);
});

test('too much slew is found', (t) => {
  t.deepEqual(said([at(-501)]), ['-501 ppm']);
});

test('slew that changes too quickly while one sound goes on is found', (t) => {
  t.deepEqual(said([at(100), at(200), at(200), at(200), at(200)]), ['from 100 to 200 ppm']);
});

test("another sound's slew may be another, though that it is another is told later", (t) => {
  t.deepEqual(said([at(100), at(2), at(2, 2), at(2, 2), at(2, 2), at(2, 2)]), []);
});
