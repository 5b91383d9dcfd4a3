import test from 'ava';
import fc from 'fast-check';
import { localUs, roomUs } from '../units.ts';
import { combineBurst } from './burst.ts';
import { isPossible, sampleDelayUs, sampleErrorBoundUs, sampleOffsetUs } from './sample.ts';

const wayUs = fc.double({ min: 0, max: 1e6, noNaN: true });
const offset = fc.double({ min: -1e12, max: 1e12, noNaN: true });
/** Rounding of a double at the largest offsets. */
const ROUNDING_US = 0.01;

function sampleOf(offsetUs: number, [there, server, back]: [number, number, number], t1 = 0) {
  return {
    t1Us: localUs(t1),
    t2Us: roomUs(t1 + there + offsetUs),
    t3Us: roomUs(t1 + there + server + offsetUs),
    t4Us: localUs(t1 + there + server + back),
    clockId: 'room',
  };
}

test('the delay leaves out the time spent by the responder', (t) => {
  t.is(sampleDelayUs(sampleOf(0, [100, 5000, 300])), 400);
});

test('equal ways give the true offset', (t) => {
  t.is(sampleOffsetUs(sampleOf(-700, [200, 50, 200])), -700);
});

test('the true offset is within half the delay of the sample', (t) => {
  const check = (offsetUs: number, ways: [number, number, number]) => {
    const sample = sampleOf(offsetUs, ways);
    return Math.abs(sampleOffsetUs(sample) - offsetUs) <= sampleErrorBoundUs(sample) + ROUNDING_US;
  };
  t.notThrows(() => fc.assert(fc.property(offset, fc.tuple(wayUs, wayUs, wayUs), check)));
});

test('a burst takes the quickest request and the quickest reply, whichever samples they are of', (t) => {
  const burst = combineBurst([sampleOf(1000, [100, 0, 900]), sampleOf(1000, [700, 0, 100], 5000)], 0);
  t.is(burst.offsetUs, 1000);
  t.is(burst.gapUs, 200);
  t.is(burst.minDelayUs, 800);
  t.is(burst.atLocalUs, localUs(5800));
});

test('the true offset is within half the gap of the burst', (t) => {
  const ways = fc.array(fc.tuple(wayUs, wayUs, wayUs), { minLength: 1, maxLength: 24 });
  const check = (offsetUs: number, all: [number, number, number][]) => {
    const [first, ...rest] = all.map((one) => sampleOf(offsetUs, one));
    if (!first) return false;
    const burst = combineBurst([first, ...rest], 0);
    return Math.abs(burst.offsetUs - offsetUs) <= burst.gapUs / 2 + ROUNDING_US;
  };
  t.notThrows(() => fc.assert(fc.property(offset, ways, check)));
});

test('a reply before its request is not possible', (t) => {
  t.true(isPossible(sampleOf(5, [1, 2, 3])));
  t.false(isPossible({ ...sampleOf(5, [1, 2, 3]), t4Us: localUs(-1) }));
  t.false(isPossible({ ...sampleOf(5, [1, 2, 3]), t3Us: roomUs(-1e6) }));
});
