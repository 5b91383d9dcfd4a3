import { Worker } from 'node:worker_threads';

/** What the thread makes lives long or not at all: more room for the rest takes 7 MB and saves no time. */
const youngMb = 2;

/**
 * Starts the playout thread, which makes itself ready and waits to be told what to play with; see PlayoutThread. Done
 * before the speaker's other modules are loaded, it gets ready meanwhile.
 */
export function startPlayoutWorker(): Worker {
  const file = new URL('worker.ts', import.meta.url);
  return new Worker(file, { name: 'playout', resourceLimits: { maxYoungGenerationSizeMb: youngMb } });
}
