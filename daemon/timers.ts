/** Runs something later. Parts that wait are handed one, so that they also run in simulated time. */
export interface Timers {
  /** Returns what calls it off. @param ms below 2^31 */
  after(ms: number, run: () => void): () => void;
  /** The same, again and again. */
  every(ms: number, run: () => void): () => void;
}

/** Node's own. */
export const nodeTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  every(ms, run) {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};
