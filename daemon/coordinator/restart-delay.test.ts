import test from 'ava';
import { restartDelayMs } from './restart-delay.ts';

test('the first restart is at once, later ones wait longer and longer, up to 30 s, and never end', (t) => {
  const delays: number[] = [];
  for (let i = 0, failures = 0; i < 12; i += 1) {
    const next = restartDelayMs(failures, 100);
    delays.push(next.delayMs);
    failures = next.failures;
  }
  t.deepEqual(delays.slice(0, 5), [0, 250, 500, 1000, 2000]);
  t.is(delays.at(-1), 30_000);
});

test('a process that was well for half a minute is restarted at once again', (t) => {
  t.deepEqual(restartDelayMs(9, 30_000), { delayMs: 0, failures: 1 });
});
