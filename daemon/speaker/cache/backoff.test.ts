import test from 'ava';
import { Backoff } from './backoff.ts';

test('waits double from failure to failure, up to the limit, and start over after a success', (t) => {
  const backoff = new Backoff(50, 300);
  const waits = [1, 2, 3, 4, 5].map(() => {
    backoff.failed(1000);
    return backoff.retryAtMs - 1000;
  });
  t.deepEqual(waits, [50, 100, 200, 300, 300]);
  backoff.succeeded();
  t.true(backoff.retryAtMs <= 0);
  backoff.failed(0);
  t.is(backoff.retryAtMs, 50);
});
