import test from 'ava';
import fc from 'fast-check';
import { CommandError } from './exit-codes.ts';
import { parseDelayUs, parsePosition, parseTime, parseTimeoutMs, parseVolume } from './values.ts';

const refused = { instanceOf: CommandError, code: 'USAGE' };

test('a time is seconds, minutes and seconds, or hours too; a sign makes it relative', (t) => {
  t.deepEqual(parseTime('90'), { seconds: 90, relative: false });
  t.deepEqual(parseTime('1:30'), { seconds: 90, relative: false });
  t.deepEqual(parseTime('1:02:03'), { seconds: 3723, relative: false });
  t.deepEqual(parseTime('1:30.5'), { seconds: 90.5, relative: false });
  t.deepEqual(parseTime('+10'), { seconds: 10, relative: true });
  t.deepEqual(parseTime('-1:30'), { seconds: -90, relative: true });
});

test('what is no time is refused', (t) => {
  for (const text of ['', 'abc', '1:60', '1:61:00', '1::2', '1:2:3:4', '--5', '1e3', ' 5']) {
    t.throws(() => parseTime(text), refused, text);
  }
});

test('every time of day comes back as the seconds it was made of', (t) => {
  const part = fc.integer({ min: 0, max: 59 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99 }), part, part, (hours, minutes, seconds) => {
      const text = `${hours}:${String(minutes).padStart(2, '0')}:${String(seconds).padStart(2, '0')}`;
      return parseTime(text).seconds === hours * 3600 + minutes * 60 + seconds;
    }),
  );
  t.pass();
});

test('a volume is 0 to 100, or a change', (t) => {
  t.deepEqual(parseVolume('0'), { volume: 0 });
  t.deepEqual(parseVolume('100'), { volume: 100 });
  t.deepEqual(parseVolume('+5'), { change: 5 });
  t.deepEqual(parseVolume('-5'), { change: -5 });
  for (const text of ['101', '+101', 'loud', '', '1.5', '--5'])
    t.throws(() => parseVolume(text), refused, text);
});

test('positions count from 1', (t) => {
  t.is(parsePosition('3'), 3);
  for (const text of ['0', '-1', 'x', '', '1.5', '99999999999']) {
    t.throws(() => parsePosition(text), refused, text);
  }
});

test('delays are milliseconds, timeouts seconds', (t) => {
  t.is(parseDelayUs('12.5'), 12500);
  t.is(parseDelayUs('-3'), -3000);
  t.throws(() => parseDelayUs('1s'), refused);
  t.is(parseTimeoutMs('2.5'), 2500);
  for (const text of ['0', '-1', 'x', '4000']) t.throws(() => parseTimeoutMs(text), refused, text);
});
