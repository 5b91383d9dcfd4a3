import test from 'ava';
import * as fc from 'fast-check';
import { localUs } from '../units.ts';
import { RecentWorst } from './recent-worst.ts';

test('the longest counts, each for half after 4 s, whatever came in between', (t) => {
  const event = fc.record({ afterUs: fc.integer({ min: 0, max: 8e6 }), lateUs: fc.integer({ max: 90e3 }) });
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const recent = new RecentWorst();
      let now = 0;
      const heard = events.map(({ afterUs, lateUs }) => {
        now += afterUs;
        recent.note(localUs(now), lateUs);
        return { at: now, lateUs };
      });
      const counted = heard.map(({ at, lateUs }) => lateUs * 2 ** (-(now - at) / 4e6));
      t.true(Math.abs(recent.worstUs(localUs(now)) - Math.max(0, ...counted)) < 1e-3);
    }),
  );
});

test('a stall is forgotten, also when nothing is heard any more', (t) => {
  const recent = new RecentWorst();
  recent.note(localUs(0), 60e3);
  t.is(recent.worstUs(localUs(4e6)), 30e3);
  t.true(recent.worstUs(localUs(40e6)) < 100);
});

test('no room waits longer than 100 ms for it, or less than nothing', (t) => {
  const recent = new RecentWorst();
  recent.note(localUs(0), -3);
  t.is(recent.worstUs(localUs(0)), 0);
  recent.note(localUs(1), 3e6);
  t.is(recent.worstUs(localUs(1)), 100e3);
});
