import test from 'ava';
import type { Glitch } from '../../../protos/index.ts';
import { mergeGlitches } from './glitch-log.ts';

const glitch = (number: number, runId = 'a'): Glitch => ({
  runId,
  number,
  atUnixMs: number * 1000,
  kind: 'xrun',
  cause: '',
});

test('what several reports repeat is in the log once, in order', (t) => {
  const log = mergeGlitches(mergeGlitches([], [glitch(1), glitch(2)]), [glitch(2), glitch(3)]);
  t.deepEqual(log, [glitch(1), glitch(2), glitch(3)]);
});

test('a restarted speaker’s numbers begin anew and are not taken for the old ones', (t) => {
  t.is(mergeGlitches([glitch(1)], [glitch(1, 'b')]).length, 2);
});

test('a report that tells nothing new leaves the log as it is', (t) => {
  const log = [glitch(1)];
  t.is(mergeGlitches(log, [glitch(1)]), log);
});

test('the log is bounded, and the oldest go', (t) => {
  let log: readonly Glitch[] = [];
  for (let number = 1; number <= 600; number++) log = mergeGlitches(log, [glitch(number)]);
  t.is(log.length, 500);
  t.is(log[0]?.number, 101);
});
