import test from 'ava';
import { countTests } from './test-count.ts';

const good = [
  '',
  '  ✔ a › one',
  '  ✔ a › two (12ms)',
  '  - [skip] a › three',
  '  ─',
  '',
  '  2 tests passed',
  '  1 test skipped',
  '',
];
const bad = [
  '  ✔ a › one',
  '  ✘ [fail]: a › two',
  '  ─',
  '',
  '  a › two',
  '    3 tests failed is what it said',
  '  ─',
  '',
  '  1 test failed',
  '  2 uncaught exceptions',
  '  1 unhandled rejection',
];

test('tests that pass are counted, skipped ones are not', (t) => {
  t.deepEqual(countTests(good.join('\n'), 0), { passed: 2, failed: 0 });
});

test('failures inside and outside of tests are counted, by the summary alone', (t) => {
  t.deepEqual(countTests(bad.join('\n'), 1), { passed: 1, failed: 4 });
});

test('colours make no difference', (t) => {
  t.deepEqual(countTests('\x1b[32m  ✔\x1b[39m a\n  ─\n\n\x1b[32m  1 test passed\x1b[39m', 0), {
    passed: 1,
    failed: 0,
  });
});

test('a bad end without a word is a failure', (t) => {
  t.deepEqual(countTests('', 137), { passed: 0, failed: 1 });
});
