import test from 'ava';
import fc from 'fast-check';
import { describeRepetition, HOLD_MS, LogLimit } from './log-limit.ts';

const ERROR = 50;

test('a message is logged once; what follows within a minute is counted and told at its end', (t) => {
  const limit = new LogLimit();
  t.true(limit.admit(ERROR, 'disk full', 0));
  t.is(limit.dueMs, undefined);
  for (let i = 1; i <= 123; i += 1) t.false(limit.admit(ERROR, 'disk full', i));
  t.is(limit.dueMs, HOLD_MS);
  t.deepEqual(limit.due(HOLD_MS - 1), []);
  const [repetition, ...more] = limit.due(HOLD_MS);
  t.deepEqual([repetition, ...more], [{ level: ERROR, message: 'disk full', times: 123 }]);
  if (repetition) t.is(describeRepetition(repetition), 'disk full … and 123 more times in the last minute');
});

test('a fault that lasts is told once a minute; one that ends and comes back is logged at once', (t) => {
  const limit = new LogLimit();
  limit.admit(ERROR, 'disk full', 0);
  limit.admit(ERROR, 'disk full', 1);
  limit.due(HOLD_MS);
  t.false(limit.admit(ERROR, 'disk full', HOLD_MS + 1));
  t.is(limit.due(2 * HOLD_MS)[0]?.times, 1);
  t.deepEqual(limit.due(3 * HOLD_MS), []);
  t.true(limit.admit(ERROR, 'disk full', 3 * HOLD_MS + 1));
});

test('messages that differ in numbers only are the same; the last one is told', (t) => {
  const limit = new LogLimit();
  t.true(limit.admit(ERROR, 'track 9f3a02 from port 3120 failed', 0));
  t.false(limit.admit(ERROR, 'track 01bbcd from port 3121 failed', 1));
  t.is(limit.rest()[0]?.message, 'track 01bbcd from port 3121 failed');
  t.true(limit.admit(ERROR, 'kitchen failed', 2));
  t.true(limit.admit(ERROR, 'bathroom failed', 2));
});

test('a flood of different messages takes no more memory, and nothing held back is forgotten', (t) => {
  const limit = new LogLimit();
  limit.admit(ERROR, 'first', 0);
  limit.admit(ERROR, 'first', 1);
  const words = Array.from({ length: 1000 }, (_, i) =>
    [...`${i}`].map((digit) => 'ghijklmnop'[Number(digit)]).join(''),
  );
  for (const word of words) t.true(limit.admit(ERROR, word, 2), word);
  t.deepEqual(limit.due(3), [{ level: ERROR, message: 'first', times: 1 }]);
});

test('whatever comes, each message is either logged or counted', (t) => {
  const step = fc.record({
    word: fc.constantFrom('x', 'y', 'z'),
    waitMs: fc.nat(HOLD_MS),
    ask: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const limit = new LogLimit();
      let nowMs = 0;
      let told = 0;
      for (const { word, waitMs, ask } of steps) {
        nowMs += waitMs;
        if (limit.admit(ERROR, word, nowMs)) told += 1;
        if (ask) for (const { times } of limit.due(nowMs)) told += times;
      }
      for (const { times } of limit.rest()) told += times;
      return told === steps.length;
    }),
  );
  t.pass();
});
