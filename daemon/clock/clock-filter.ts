import type { LocalUs } from '../units.ts';
import type { BurstEstimate } from './burst.ts';
import type { ClockMap } from './clock-map.ts';
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

// Random walk of the rate: ppm² per second. A crystal that wanders by 0.3 ppm over 2.5 minutes has 0.0012.
const DRIFT_WALK = 0.002;
// Random walk of the offset beside that: µs² per second.
const OFFSET_WALK = 0.1;
// What the best burst still errs by: scheduling of the threads that stamp, code not yet compiled. It stays
// alike for a while, so that bursts that follow quickly teach less than their number promises.
const STAMP_SIGMA_US = 5;
const STAMP_MEMORY_S = 0.5;
// How much of the mean queueing, divided by the samples, is the error of a minimum; measured in simulation.
const QUEUE_SHARE = 1;
// How much of the gap beyond the recent minimum is error: half of it, were it all in one way; measured too.
const EXCESS_SHARE = 0.25;
const MAX_QUEUE_US = 3000;
const RECENT_US = 60e6;
const LIMIT_SIGMA = 3;
// What a followed contradiction may have changed the drift by.
const FOLLOWED_DRIFT_PPM = 20;
const MAX_DRIFT_PPM = 1000;

/**
 * Kalman filter on [offset µs, drift ppm], fed with bursts. Drift is a random walk, offset its
 * integral, so that P predicts how fast the estimate goes stale. A burst's variance comes from how far
 * its gap exceeds the least one of the last minute: excess delay is what can have been asymmetric.
 * Early drift needs no gate: the prior's variance weighs it down until it is significant.
 * After the two-state clock model in J. Barnes et al., "Characterization of Frequency Stability"
 * (IEEE IM-20, 1971), and the delay-weighted filter of Sendspin's time filter.
 */
export class ClockFilter {
  readonly #clockId: string;
  #atUs: LocalUs;
  #offsetUs: number;
  #driftPpm: number;
  // Covariance: offset µs², offset·drift, drift ppm².
  #p00: number;
  #p01 = 0;
  #p11: number;
  readonly #gaps = new RecentMinimum(RECENT_US);
  readonly #delays = new RecentMinimum(RECENT_US);
  #doubtSign = 0;

  /** Starts from a first burst. */
  constructor(clockId: string, first: BurstEstimate, prior: DriftPrior) {
    this.#clockId = clockId;
    this.#atUs = first.atLocalUs;
    this.#offsetUs = first.offsetUs;
    this.#driftPpm = prior.driftPpm;
    this.#p00 = (first.gapUs / 4) ** 2 + STAMP_SIGMA_US ** 2;
    this.#p11 = prior.sigmaPpm ** 2;
    this.#gaps.add(first.atLocalUs, first.gapUs);
    this.#delays.add(first.atLocalUs, first.minDelayUs);
  }

  get driftPpm(): number {
    return this.#driftPpm;
  }

  /** One sigma of driftPpm. */
  get driftSigmaPpm(): number {
    return Math.sqrt(this.#p11);
  }

  /** Least delay of the last minute's samples. */
  get minDelayUs(): number {
    return this.#delays.value;
  }

  /** One sigma of the offset at a time at or after the last burst; grows from there. */
  offsetSigmaUs(now: LocalUs): number {
    return Math.sqrt(this.#predicted(now).p00);
  }

  /**
   * The estimate as a map through `now`. Its bound is half the least recent delay, as no four
   * timestamps can tell how that is shared by the two ways, plus three sigma.
   */
  map(now: LocalUs): ClockMap {
    return {
      clockId: this.#clockId,
      refLocalUs: now,
      offsetUs: this.#offsetUs + (now - this.#atUs) * this.#driftPpm * 1e-6,
      driftPpm: this.#driftPpm,
      errorBoundUs: this.#delays.value / 2 + LIMIT_SIGMA * this.offsetSigmaUs(now),
    };
  }

  /** Takes a burst later than the one before. */
  update(burst: BurstEstimate): FilterVerdict {
    this.#gaps.add(burst.atLocalUs, burst.gapUs);
    this.#delays.add(burst.atLocalUs, burst.minDelayUs);
    const variance = this.#variance(burst);
    this.#advance(burst.atLocalUs);
    const residualUs = burst.offsetUs - this.#offsetUs;
    if (residualUs ** 2 <= LIMIT_SIGMA ** 2 * (this.#p00 + variance)) {
      this.#doubtSign = 0;
      this.#correct(residualUs, variance);
      return 'used';
    }
    const again = this.#doubtSign === Math.sign(residualUs);
    this.#doubtSign = Math.sign(residualUs);
    if (!again) return 'doubted';
    this.#p00 += residualUs ** 2;
    this.#p11 += FOLLOWED_DRIFT_PPM ** 2;
    this.#correct(residualUs, variance);
    return 'followed';
  }

  #variance(burst: BurstEstimate): number {
    const leastUs = this.#gaps.value;
    const queueUs = Math.min(MAX_QUEUE_US, Math.max(0, burst.meanDelayUs - leastUs)) / 2;
    const sinceLastS = Math.max(1e-3, (burst.atLocalUs - this.#atUs) / 1e6);
    return (
      STAMP_SIGMA_US ** 2 * (1 + STAMP_MEMORY_S / sinceLastS) +
      ((QUEUE_SHARE * queueUs) / burst.samples) ** 2 +
      (EXCESS_SHARE * (burst.gapUs - leastUs)) ** 2
    );
  }

  #predicted(now: LocalUs): { p00: number; p01: number; p11: number } {
    const dt = Math.max(0, now - this.#atUs) / 1e6;
    return {
      p00:
        this.#p00 + 2 * dt * this.#p01 + dt ** 2 * this.#p11 + (DRIFT_WALK * dt ** 3) / 3 + OFFSET_WALK * dt,
      p01: this.#p01 + dt * this.#p11 + (DRIFT_WALK * dt ** 2) / 2,
      p11: this.#p11 + DRIFT_WALK * dt,
    };
  }

  #advance(to: LocalUs): void {
    const { p00, p01, p11 } = this.#predicted(to);
    this.#p00 = p00;
    this.#p01 = p01;
    this.#p11 = p11;
    this.#offsetUs += (to - this.#atUs) * this.#driftPpm * 1e-6;
    this.#atUs = to;
  }

  #correct(residualUs: number, variance: number): void {
    const gainOffset = this.#p00 / (this.#p00 + variance);
    const gainDrift = this.#p01 / (this.#p00 + variance);
    this.#offsetUs += gainOffset * residualUs;
    const driftPpm = this.#driftPpm + gainDrift * residualUs;
    this.#driftPpm = Math.max(-MAX_DRIFT_PPM, Math.min(MAX_DRIFT_PPM, driftPpm));
    this.#p11 -= gainDrift * this.#p01;
    this.#p01 *= 1 - gainOffset;
    this.#p00 *= 1 - gainOffset;
  }
}
