import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as v from 'valibot';

/** A time in which the core stood still, as a virtual machine's does while its host is at something else. */
export interface CoreStall {
  readonly endedAt: Date;
  readonly ms: number;
}

/** What is shorter doesn't matter to anyone here. */
export const shortestStallMs = 40;

const messageSchema = v.tuple([v.number(), v.number()]);

/** Notices when the core of the small machine stands still: a thread of the highest priority that needs nothing says so. */
export class CoreWatch {
  readonly #stop = new SharedArrayBuffer(4);
  readonly #stalls: CoreStall[] = [];
  #worker: Worker | undefined;

  start(): void {
    this.#worker = new Worker(new URL('stall-worker.ts', import.meta.url), { workerData: this.#stop });
    this.#worker.on('message', (message: unknown) => {
      const [atMs, ms] = v.parse(messageSchema, message);
      this.#stalls.push({ endedAt: new Date(atMs), ms });
    });
  }

  /** Returns what was noticed. */
  async stop(): Promise<readonly CoreStall[]> {
    Atomics.store(new Int32Array(this.#stop), 0, 1);
    if (this.#worker) await once(this.#worker, 'exit');
    return this.#stalls;
  }
}
