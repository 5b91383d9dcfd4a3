import { readFileSync } from 'node:fs';
import test from 'ava';
import { requestRealtime } from './realtime.ts';

// Field 41 of a thread's stat, counted after the name in parentheses: 1 is SCHED_FIFO.
function policyOfThisThread(): string | undefined {
  return readFileSync('/proc/thread-self/stat', 'utf8').split(') ')[1]?.split(' ')[38];
}

test('says what the kernel then does with the calling thread', (t) => {
  const got = requestRealtime();
  t.is(policyOfThisThread(), got.startsWith('real-time scheduling (SCHED_FIFO, priority ') ? '1' : '0', got);
});
