import type { LocalUs } from '../units.ts';
import { type BurstEstimate, queueVariance } from './burst.ts';
import type { ClockMap } from './clock-map.ts';
import { advanced, type ClockState, corrected, unsettled } from './clock-state.ts';
import { RecentMinimum } from './recent-minimum.ts';

/** A drift from before, and how far it may be off (one sigma). */
export interface DriftPrior {
  readonly driftPpm: number;
  readonly sigmaPpm: number;
}

/** Two crystals that nothing is known of: each may be up to ±50 ppm or so from nominal. */
export const UNKNOWN_DRIFT: DriftPrior = { driftPpm: 0, sigmaPpm: 100 };

/**
 * What became of a burst: used; doubted (it contradicts the estimate, which stays as it was); or
 * followed (the second contradiction in a row: the clock has changed, the past counts little now).
 */
export type FilterVerdict = 'used' | 'doubted' | 'followed';

const UNKNOWN_OFFSET_SIGMA_US = 1e6;
// What the best burst still errs by: scheduling of the threads that stamp, code not yet compiled. It stays
// alike for a while, so that bursts that follow quickly teach less than their number promises.
const STAMP_SIGMA_US = 5;
const STAMP_MEMORY_S = 0.5;
const RECENT_US = 60e6;
const LIMIT_SIGMA = 3;
// What a followed contradiction may have changed the drift by.
const FOLLOWED_DRIFT_PPM = 20;
// How much of a gap that has since turned out to be too large was error, one sigma; measured in simulation.
const FALL_SHARE = 0.25;

/**
 * Kalman filter on [offset µs, drift ppm], fed with bursts. A burst's variance says what queues may have done to it
 * (burst.ts); when one with a far smaller gap comes, those before it turn out to have told less than was believed.
 * Early drift needs no gate: the prior's variance weighs it down until it is significant.
 * Weighting by delay after Sendspin's time filter; the clock model is in clock-state.ts.
 */
export class ClockFilter {
  readonly #clockId: string;
  readonly #gaps = new RecentMinimum(RECENT_US);
  readonly #delays = new RecentMinimum(RECENT_US);
  #state: ClockState;
  #doubtSign = 0;
  /** Samples since the first burst. */
  #seen = 0;

  /** Starts from a first burst. */
  constructor(clockId: string, first: BurstEstimate, prior: DriftPrior) {
    this.#clockId = clockId;
    this.#state = {
      atUs: first.atLocalUs,
      offsetUs: first.offsetUs,
      driftPpm: prior.driftPpm,
      p00: UNKNOWN_OFFSET_SIGMA_US ** 2,
      p01: 0,
      p11: prior.sigmaPpm ** 2,
    };
    this.update(first);
  }

  get driftPpm(): number {
    return this.#state.driftPpm;
  }

  /** One sigma of driftPpm. */
  get driftSigmaPpm(): number {
    return Math.sqrt(this.#state.p11);
  }

  /** Least delay of the last minute's samples. */
  get minDelayUs(): number {
    return this.#delays.value;
  }

  /** One sigma of the offset at a time at or after the last burst; grows from there. */
  offsetSigmaUs(now: LocalUs): number {
    return Math.sqrt(advanced(this.#state, now).p00);
  }

  /**
   * The estimate as a map through `now`. Its bound is half the least recent delay, as no four
   * timestamps can tell how that is shared by the two ways, plus three sigma.
   */
  map(now: LocalUs): ClockMap {
    const { atUs, offsetUs, driftPpm } = this.#state;
    return {
      clockId: this.#clockId,
      refLocalUs: now,
      offsetUs: offsetUs + (now - atUs) * driftPpm * 1e-6,
      driftPpm,
      errorBoundUs: this.#delays.value / 2 + LIMIT_SIGMA * this.offsetSigmaUs(now),
    };
  }

  /** Takes a burst later than the one before. */
  update(burst: BurstEstimate): FilterVerdict {
    this.#delays.add(burst.atLocalUs, burst.minDelayUs);
    this.#seen += burst.samples;
    this.#mindFall(burst);
    this.#gaps.add(burst.atLocalUs, burst.gapUs);
    const believed = advanced(this.#state, burst.atLocalUs);
    const residualUs = burst.offsetUs - believed.offsetUs;
    const variance = this.#variance(burst);
    const contradicts = residualUs ** 2 > LIMIT_SIGMA ** 2 * (believed.p00 + variance);
    const again = this.#doubtSign === Math.sign(residualUs);
    this.#doubtSign = contradicts ? Math.sign(residualUs) : 0;
    if (contradicts && !again) return 'doubted';
    const loosened = contradicts ? unsettled(believed, residualUs, FOLLOWED_DRIFT_PPM) : believed;
    this.#state = corrected(loosened, residualUs, variance);
    return contradicts ? 'followed' : 'used';
  }

  /** A gap below all before shows that they held queues that nothing told of: what they taught counts for less. */
  #mindFall({ gapUs }: BurstEstimate): void {
    if (gapUs >= this.#gaps.value || this.#gaps.value === Number.POSITIVE_INFINITY) return;
    this.#state = unsettled(this.#state, FALL_SHARE * (this.#gaps.value - gapUs), 0);
  }

  #variance(burst: BurstEstimate): number {
    const sinceLastS = Math.max(1e-3, (burst.atLocalUs - this.#state.atUs) / 1e6);
    const stamps = STAMP_SIGMA_US ** 2 * (1 + STAMP_MEMORY_S / sinceLastS);
    return stamps + queueVariance(burst, this.#gaps.value, this.#seen);
  }
}
