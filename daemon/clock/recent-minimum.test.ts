import test from 'ava';
import fc from 'fast-check';
import { localUs } from '../units.ts';
import { RecentMinimum } from './recent-minimum.ts';

test('is the least of the values within the window', (t) => {
  const entry = fc.record({ afterUs: fc.nat(40), value: fc.nat(100) });
  const check = (entries: { afterUs: number; value: number }[]) => {
    const minimum = new RecentMinimum(100);
    const added: { atUs: number; value: number }[] = [];
    let atUs = 0;
    for (const { afterUs, value } of entries) {
      atUs += afterUs;
      added.push({ atUs, value });
      minimum.add(localUs(atUs), value);
      const recent = added.filter((one) => atUs - one.atUs < 100).map((one) => one.value);
      if (minimum.value !== Math.min(...recent)) return false;
    }
    return true;
  };
  t.notThrows(() => fc.assert(fc.property(fc.array(entry, { maxLength: 60 }), check)));
});

test('is infinite as long as there is none', (t) => {
  t.is(new RecentMinimum(100).value, Number.POSITIVE_INFINITY);
});
