import test from 'ava';
import fc from 'fast-check';
import { localUs, roomUs } from '../units.ts';
import { type ClockMap, toLocal, toRoom } from './clock-map.ts';

/** µs of a clock: up to a year since boot. */
const times = fc.double({ min: 0, max: 3e13, noNaN: true });
const maps: fc.Arbitrary<ClockMap> = fc.record({
  clockId: fc.constant('room'),
  refLocalUs: times.map(localUs),
  offsetUs: fc.double({ min: -3e13, max: 3e13, noNaN: true }),
  driftPpm: fc.double({ min: -1000, max: 1000, noNaN: true }),
  errorBoundUs: fc.constant(0),
});
/** Times of this size have no more digits. */
const ROUNDING_US = 0.05;

test('there and back is the same time', (t) => {
  fc.assert(
    fc.property(maps, times, (map, us) => {
      const back = toLocal(map, toRoom(map, localUs(us)));
      t.true(Math.abs(back - us) < ROUNDING_US, `${back} is not ${us}`);
      const there = toRoom(map, toLocal(map, roomUs(us)));
      t.true(Math.abs(there - us) < ROUNDING_US, `${there} is not ${us}`);
    }),
  );
});

test('a map never runs backwards, and as fast as its drift says', (t) => {
  const lengths = fc.double({ min: 0, max: 1e10, noNaN: true });
  fc.assert(
    fc.property(maps, times, lengths, (map, us, length) => {
      const passed = toRoom(map, localUs(us + length)) - toRoom(map, localUs(us));
      t.true(passed >= -ROUNDING_US);
      t.true(Math.abs(passed - length * (1 + map.driftPpm * 1e-6)) < ROUNDING_US + length * 1e-12);
    }),
  );
});

test('at its reference a map is off by its offset', (t) => {
  fc.assert(
    fc.property(maps, (map) => {
      t.is(toRoom(map, map.refLocalUs), roomUs(map.refLocalUs + map.offsetUs));
    }),
  );
});
