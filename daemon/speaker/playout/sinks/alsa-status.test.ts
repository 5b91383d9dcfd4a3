import test from 'ava';
import { localUs } from '../../../units.ts';
import { statusTime } from './alsa-status.ts';

const before = localUs(5_000_000);
const after = localUs(5_000_010);

test('the driver’s stamp is taken, also one from a little before the call', (t) => {
  t.is(statusTime(5_000_004, before, after), localUs(5_000_004));
  t.is(statusTime(4_990_000, before, after), localUs(4_990_000));
});

test('without a driver’s stamp it is the middle of the call', (t) => {
  t.is(statusTime(0, before, after), localUs(5_000_005));
});

test('a stamp of another clock is not believed', (t) => {
  const since1970 = 1.7e15;
  t.is(statusTime(since1970, before, after), localUs(5_000_005));
  t.is(statusTime(3_900_000, before, after), localUs(5_000_005));
});
