import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFacts } from './facts.ts';

const NS = 1e9;
const RESOLUTION_MS = 20;

/** Watches this process. */
export class ProcessWatch {
  #loopDelay: ReturnType<typeof monitorEventLoopDelay> | undefined;

  stop(): void {
    this.#loopDelay?.disable();
  }

  /** The event loop is watched from the first call on: a home that nobody scrapes does without. */
  read(): ProcessFacts {
    const { user, system } = process.cpuUsage();
    const { p99, max } = this.#readLoopDelay();
    return {
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      loopDelayP99Seconds: delaySeconds(p99),
      loopDelayMaxSeconds: delaySeconds(max),
      startedUnixSeconds: performance.timeOrigin / 1000,
    };
  }

  #readLoopDelay(): { p99: number; max: number } {
    if (!this.#loopDelay) {
      this.#loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      this.#loopDelay.enable();
      return { p99: 0, max: 0 };
    }
    const { count, max } = this.#loopDelay;
    const seen = count > 0 ? { p99: this.#loopDelay.percentile(99), max } : { p99: 0, max: 0 };
    this.#loopDelay.reset();
    return seen;
  }
}

// What is measured is the time between two ticks that ought to be RESOLUTION_MS apart.
const delaySeconds = (betweenNs: number): number => Math.max(0, betweenNs / NS - RESOLUTION_MS / 1000);
