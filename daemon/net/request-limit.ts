/** How much one asker may ask. */
export interface RequestRate {
  /** In the long run. */
  readonly perSecond: number;
  /** Beyond that, after a rest. */
  readonly burst: number;
  /** Under way at the same time. */
  readonly atOnce: number;
}

interface Allowance {
  /** Requests that may come at once, as of then. */
  left: number;
  atMs: number;
  underWay: number;
}

/** So many askers are told apart; beyond, those are forgotten who have rested. */
const REMEMBERED = 1000;
/** When somebody has too many under way, nobody knows when one will be done. */
const RETRY_MS = 100;

/**
 * Keeps one asker from taking all of a server: a token bucket and a number of requests under way for each. Pure
 * but for what it remembers: times are arguments, ms on any clock that only goes forward.
 */
export class RequestLimit {
  readonly #rate: RequestRate;
  readonly #allowances = new Map<string, Allowance>();

  constructor(rate: RequestRate) {
    this.#rate = rate;
  }

  /** How many askers are told apart. */
  get size(): number {
    return this.#allowances.size;
  }

  /** 0: the request is taken, and end() follows when it is done; else after how many ms it may be tried again. */
  begin(asker: string, nowMs: number): number {
    const allowance = this.#allowanceOf(asker, nowMs);
    if (allowance.left < 1) return Math.ceil((1000 * (1 - allowance.left)) / this.#rate.perSecond);
    if (allowance.underWay >= this.#rate.atOnce) return RETRY_MS;
    allowance.left -= 1;
    allowance.underWay += 1;
    return 0;
  }

  /** A request that was taken is done. */
  end(asker: string): void {
    const allowance = this.#allowances.get(asker);
    if (allowance) allowance.underWay -= 1;
  }

  #allowanceOf(asker: string, nowMs: number): Allowance {
    const { perSecond, burst } = this.#rate;
    const known = this.#allowances.get(asker);
    if (known) {
      known.left = Math.min(burst, known.left + ((nowMs - known.atMs) / 1000) * perSecond);
      known.atMs = nowMs;
      return known;
    }
    if (this.#allowances.size >= REMEMBERED) this.#forgetRested(nowMs);
    const allowance = { left: burst, atMs: nowMs, underWay: 0 };
    this.#allowances.set(asker, allowance);
    return allowance;
  }

  #forgetRested(nowMs: number): void {
    const { perSecond, burst } = this.#rate;
    for (const [asker, { left, atMs, underWay }] of this.#allowances) {
      const isFull = left + ((nowMs - atMs) / 1000) * perSecond >= burst;
      if (isFull && underWay === 0) this.#allowances.delete(asker);
    }
  }
}
