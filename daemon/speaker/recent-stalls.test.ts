import test from 'ava';
import * as fc from 'fast-check';
import { localUs } from '../units.ts';
import { RecentStalls } from './recent-stalls.ts';

test('the second-longest counts, each for half after 8 s, whatever came in between', (t) => {
  const time = fc.record({ afterUs: fc.integer({ min: 4e5, max: 8e6 }), tookUs: fc.integer({ max: 90e3 }) });
  fc.assert(
    fc.property(fc.array(time), (times) => {
      const stalls = new RecentStalls();
      let now = 0;
      const noted = times.map(({ afterUs, tookUs }) => {
        now += afterUs;
        stalls.note(localUs(now), tookUs);
        return { at: now, tookUs };
      });
      const counted = noted
        .filter(({ at }) => now - at < 40e6)
        .map(({ at, tookUs }) => Math.max(0, tookUs) * 2 ** (-(now - at) / 8e6));
      const second = counted.toSorted((a, b) => b - a)[1] ?? 0;
      t.true(Math.abs(stalls.allowanceUs(localUs(now)) - second) < 1e-3);
    }),
  );
});

test('one stall, however many have met it, counts for nothing; the next one does', (t) => {
  const stalls = new RecentStalls();
  for (const ms of [0, 5, 100, 390]) stalls.note(localUs(ms * 1000), 60e3);
  t.is(stalls.allowanceUs(localUs(0.4e6)), 0);
  stalls.note(localUs(8e6), 50e3);
  t.is(stalls.allowanceUs(localUs(8e6)), 30e3);
});

test('stalls are forgotten, also when nothing is noted any more', (t) => {
  const stalls = new RecentStalls();
  stalls.note(localUs(0), 60e3);
  stalls.note(localUs(1e6), 60e3);
  t.is(stalls.allowanceUs(localUs(8e6)), 30e3);
  t.is(stalls.allowanceUs(localUs(41e6)), 0);
});

test('no room waits longer than 100 ms for it, or less than nothing', (t) => {
  const stalls = new RecentStalls();
  stalls.note(localUs(0), -3);
  stalls.note(localUs(1e6), -3);
  t.is(stalls.allowanceUs(localUs(1e6)), 0);
  stalls.note(localUs(2e6), 3e6);
  stalls.note(localUs(3e6), 3e6);
  t.true(stalls.allowanceUs(localUs(3e6)) <= 100e3);
});
