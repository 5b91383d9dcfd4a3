import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { requestRealtime } from '../../daemon/speaker/playout/realtime.ts';
import { shortestStallMs } from './stalls.ts';

// On the small machine's core, ahead of everything else there: sleeps 5 ms again and again, and tells when that took
// much longer. It posts [wall time in ms, length in ms].

const sleepMs = 5;
const thread = readlinkSync('/proc/thread-self').split('/').at(-1) ?? '';
spawnSync('taskset', ['-c', '-p', '0', thread]);
requestRealtime();
const never = new Int32Array(new SharedArrayBuffer(4));
const stop = new Int32Array(workerData as SharedArrayBuffer);
for (let last = performance.now(); Atomics.load(stop, 0) === 0; ) {
  Atomics.wait(never, 0, 0, sleepMs);
  const now = performance.now();
  if (now - last > shortestStallMs) parentPort?.postMessage([Date.now(), now - last]);
  last = now;
}
