import test from 'ava';
import * as fc from 'fast-check';
import { localUs } from '../units.ts';
import { Lateness } from './lateness.ts';

test('the worst of the last 20 s counts, whatever came in between', (t) => {
  const event = fc.record({ afterUs: fc.integer({ min: 0, max: 8e6 }), lateUs: fc.integer({ max: 90e3 }) });
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const lateness = new Lateness();
      let now = 0;
      const heard = events.map(({ afterUs, lateUs }) => {
        now += afterUs;
        lateness.note(localUs(now), lateUs);
        return { at: now, lateUs };
      });
      const recent = heard.filter(({ at }) => now - at < 20e6).map(({ lateUs }) => lateUs);
      t.is(lateness.worstUs(localUs(now)), Math.max(0, ...recent));
    }),
  );
});

test('a stall is forgotten after 20 s, also when nothing is heard any more', (t) => {
  const lateness = new Lateness();
  lateness.note(localUs(0), 60e3);
  t.is(lateness.worstUs(localUs(19e6)), 60e3);
  t.is(lateness.worstUs(localUs(21e6)), 0);
});

test('no room waits longer than 100 ms for it, or less than nothing', (t) => {
  const lateness = new Lateness();
  lateness.note(localUs(0), -3);
  t.is(lateness.worstUs(localUs(0)), 0);
  lateness.note(localUs(1), 3e6);
  t.is(lateness.worstUs(localUs(1)), 100e3);
});
