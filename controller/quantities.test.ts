import test from 'ava';
import { formatDelay, formatError, formatRate, formatSlew, formatTime, formatUs } from './quantities.ts';

test('times are minutes and seconds, with hours when there are any', (t) => {
  t.is(formatTime(83.9), '1:23');
  t.is(formatTime(3723), '1:02:03');
  t.is(formatTime(-1), '0:00');
});

test('a playout error says late or early', (t) => {
  t.is(formatError(12.4), '12 µs late');
  t.is(formatError(-3.14), '3.1 µs early');
  t.is(formatError(12_345), '12.3 ms late');
  t.is(formatError(0.01), '0 µs');
});

test('a rate says fast or slow', (t) => {
  t.is(formatRate(3.24), '3.2 ppm fast');
  t.is(formatRate(-17), '17 ppm slow');
  t.is(formatRate(0.01), '0 ppm');
});

test('units change with size', (t) => {
  t.is(formatUs(9.96), '10 µs');
  t.is(formatUs(9999), '9999 µs');
  t.is(formatUs(1_500_000), '1.50 s');
  t.is(formatSlew(-1.26), '−1.3 ppm');
  t.is(formatDelay(12_500), '12.5 ms');
});
