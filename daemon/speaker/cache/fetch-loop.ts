import { messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import { Backoff } from './backoff.ts';
import { type Demand, type Fetch, inTheWay, nextFetch } from './fetch-plan.ts';
import { FetchError } from './fetcher.ts';

/** What is to be fetched, and how. */
export interface FetchSource {
  /** In the order the tracks are needed. */
  demands(): Demand[];
  /** @throws {FetchError}, the disk's errors, the signal's reason */
  fetch(fetch: Fetch, signal: AbortSignal): Promise<void>;
}

/** Fetches what is in demand, again and again until it is there. */
export class FetchLoop {
  readonly #source: FetchSource;
  readonly #log: Logger;
  readonly #underway = new Map<Fetch, AbortController>();
  readonly #fetching = new Set<Promise<void>>();
  readonly #server = new Backoff(50, 1000);
  readonly #tracks = new Map<string, Backoff>();
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #serverProblem = '';
  #trackProblems = new Map<string, string>();

  constructor(source: FetchSource, log: Logger) {
    this.#source = source;
    this.#log = log;
  }

  /** What keeps fetching from succeeding, for people; none: []. */
  get problems(): string[] {
    const all = [this.#serverProblem, ...this.#trackProblems.values()];
    return all.filter((problem) => problem !== '');
  }

  /** Starts, or tries at once what is waiting to be tried again. */
  start(): void {
    this.#running = true;
    this.#server.succeeded();
    this.#tracks.clear();
    this.wake();
  }

  /** Breaks off what is under way; it will be fetched anew from where it was. */
  restart(): void {
    this.#abortAll();
    this.start();
  }

  /** Breaks everything off; resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#abortAll();
    await Promise.all(this.#fetching);
  }

  /** Looks at the demand: it may have changed. */
  wake(): void {
    clearTimeout(this.#timer);
    if (!this.#running) return;
    const now = performance.now();
    if (now < this.#server.retryAtMs) {
      this.#wakeAt(this.#server.retryAtMs, now);
      return;
    }
    const demands = this.#source.demands();
    const retries = demands.map(({ hash }) => this.#tracks.get(hash)?.retryAtMs ?? now);
    const nextRetry = Math.min(...retries.filter((retryAtMs) => retryAtMs > now));
    if (Number.isFinite(nextRetry)) this.#wakeAt(nextRetry, now);
    const due = demands.filter((_, at) => (retries[at] ?? now) <= now);
    for (const fetch of inTheWay(due, [...this.#underway.keys()])) this.#underway.get(fetch)?.abort();
    for (;;) {
      const next = nextFetch(due, [...this.#underway.keys()]);
      if (!next) break;
      const fetching = this.#fetch(next);
      this.#fetching.add(fetching);
      void fetching.finally(() => this.#fetching.delete(fetching));
    }
    this.#dropOldProblems(demands);
  }

  // What nobody wants any more is no problem any more.
  #dropOldProblems(demands: readonly Demand[]): void {
    if (this.#underway.size === 0) this.#serverProblem = '';
    const wanted = new Set(demands.map((demand) => demand.hash));
    for (const hash of this.#trackProblems.keys()) if (!wanted.has(hash)) this.#trackProblems.delete(hash);
  }

  async #fetch(fetch: Fetch): Promise<void> {
    const abort = new AbortController();
    this.#underway.set(fetch, abort);
    try {
      await this.#source.fetch(fetch, abort.signal);
      this.#succeeded(fetch.hash);
    } catch (error) {
      if (!abort.signal.aborted) this.#failed(fetch.hash, error);
    } finally {
      this.#underway.delete(fetch);
      this.wake();
    }
  }

  #succeeded(hash: string): void {
    if (this.#serverProblem !== '') this.#log.info('tracks can be fetched again');
    this.#serverProblem = '';
    this.#server.succeeded();
    this.#tracks.delete(hash);
    this.#trackProblems.delete(hash);
  }

  #failed(hash: string, error: unknown): void {
    const now = performance.now();
    if (error instanceof FetchError && error.about === 'server') {
      if (this.#serverProblem === '') this.#log.warn(`tracks can't be fetched, trying on: ${error.message}`);
      this.#serverProblem = `tracks can't be fetched: ${error.message}`;
      if (error.progressed) this.#server.succeeded();
      // Several that were under way fail together: that is one failure.
      if (now >= this.#server.retryAtMs) this.#server.failed(now);
      return;
    }
    if (!this.#trackProblems.has(hash))
      this.#log.warn({ hash }, `a track can't be fetched: ${messageOf(error)}`);
    this.#trackProblems.set(hash, `a track can't be fetched: ${messageOf(error)}`);
    const backoff = this.#tracks.get(hash) ?? new Backoff(200, 10_000);
    this.#tracks.set(hash, backoff);
    backoff.failed(now);
  }

  #wakeAt(atMs: number, nowMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), atMs - nowMs);
  }

  #abortAll(): void {
    for (const abort of this.#underway.values()) abort.abort();
  }
}
