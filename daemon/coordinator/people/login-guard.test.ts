import test from 'ava';
import fc from 'fast-check';
import { afterEarly, afterRight, afterWrong, type LoginGuard, waitMs, wrongTries } from './login-guard.ts';

const SUBJECTS = ['name ANNA', 'key 1'];

function afterTries(count: number, subjects = SUBJECTS): { guard: LoginGuard; nowMs: number } {
  let guard: LoginGuard = new Map();
  let nowMs = 0;
  for (let i = 0; i < count; i += 1) {
    nowMs += waitMs(guard, subjects, nowMs);
    guard = afterWrong(guard, subjects, nowMs);
  }
  return { guard, nowMs };
}

test('who mistypes twice may try again at once', (t) => {
  const { guard, nowMs } = afterTries(2);
  t.is(waitMs(guard, SUBJECTS, nowMs), 0);
});

test('from the third wrong try on each waits twice as long: a name up to a minute, a key up to two', (t) => {
  const waitsOf = (subject: string) =>
    [3, 4, 5, 6, 9, 10, 50].map((count) => {
      const { guard, nowMs } = afterTries(count, [subject]);
      return waitMs(guard, [subject], nowMs);
    });
  t.deepEqual(waitsOf('name ANNA'), [1000, 2000, 4000, 8000, 60_000, 60_000, 60_000]);
  t.deepEqual(waitsOf('key 1'), [2000, 4000, 8000, 16_000, 120_000, 120_000, 120_000]);
});

test('between two tries of a guesser there is time for the person on another key', (t) => {
  const { guard, nowMs } = afterTries(10);
  t.is(waitMs(guard, ['name ANNA', 'key 2'], nowMs + 60_000), 0);
  t.is(waitMs(guard, SUBJECTS, nowMs + 60_000), 60_000);
});

test('a key that does not wait begins to wait anew, and the name does not', (t) => {
  const { guard, nowMs } = afterTries(3);
  const after = afterEarly(guard, 'key 1', nowMs + 900);
  t.is(waitMs(after, ['key 1'], nowMs + 1000), 1900);
  t.is(waitMs(after, ['name ANNA', 'key 2'], nowMs + 1000), 0);
});

test('a name is protected whatever key is shown, and a key is slowed down whatever name it tries', (t) => {
  const { guard, nowMs } = afterTries(5);
  t.is(waitMs(guard, ['name ANNA', 'key 2'], nowMs), 4000);
  t.is(waitMs(guard, ['name BEN', 'key 1'], nowMs), 8000);
  t.is(waitMs(guard, ['name BEN', 'key 2'], nowMs), 0);
});

test('the right password ends the waiting, and an hour does', (t) => {
  const { guard, nowMs } = afterTries(10);
  t.is(waitMs(afterRight(guard, SUBJECTS), SUBJECTS, nowMs), 0);
  const later = afterWrong(guard, ['name BEN'], nowMs + 3_600_000);
  t.is(wrongTries(later, SUBJECTS), 0);
});

test('a day of guessing a name with ever new keys is some 1,440 tries', (t) => {
  let tries = 0;
  let guard: LoginGuard = new Map();
  for (let nowMs = 0; nowMs < 86_400_000; nowMs += Math.max(1, waitMs(guard, ['name ANNA'], nowMs))) {
    guard = afterWrong(guard, ['name ANNA', `key ${tries}`], nowMs);
    tries += 1;
  }
  t.true(tries < 1460, `${tries}`);
});

test('a guesser with ever new names and keys fills no memory', (t) => {
  let guard: LoginGuard = new Map(Array.from({ length: 9_999 }, (_, i) => [`${i}`, { wrong: 1, lastMs: 0 }]));
  for (let i = 0; i < 20; i += 1) guard = afterWrong(guard, [`name ${i}`, `key ${i}`], i);
  t.is(guard.size, 10_000);
  t.true(guard.has('name 19') && guard.has('key 19'), 'the newest are remembered');
});

test('nobody ever waits longer than a minute', (t) => {
  const subject = fc.constantFrom('a', 'b', 'c');
  const steps = fc.array(fc.tuple(fc.boolean(), subject, fc.nat(100_000)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (sequence) => {
      let guard: LoginGuard = new Map();
      let nowMs = 0;
      for (const [isRight, who, laterMs] of sequence) {
        nowMs += laterMs;
        guard = isRight ? afterRight(guard, [who]) : afterWrong(guard, [who], nowMs);
        const wait = waitMs(guard, ['a', 'b', 'c'], nowMs);
        if (wait < 0 || wait > 60_000) throw new Error(`${wait} ms`);
      }
    }),
  );
  t.pass();
});
