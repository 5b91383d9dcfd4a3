import { type LocalUs, localUs } from '../units.ts';
import { type BurstEstimate, combineBurst, queueVariance } from './burst.ts';
import type { ClockMap } from './clock-map.ts';
import { advanced, type ClockState, corrected } from './clock-state.ts';
import { RecentMinimum } from './recent-minimum.ts';
import type { ClockSample } from './sample.ts';

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

/** The samples of at least one exchange, all of one clock. */
export type Samples = readonly [ClockSample, ...ClockSample[]];

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
const FALL_SHARE = 0.4;
// Samples are gathered until their minima are as good as this, or are enough, or would be blurred by drift to this
// share of what they are good to.
const GATHERED_SIGMA_US = 10;
const BLUR_SHARE = 0.7;
const MOST_GATHERED_S = 10;
const MOST_GATHERED = 400;

/**
 * Kalman filter on [offset µs, drift ppm]. What it is fed are minima of the delays, and those get better in
 * proportion to the samples they are taken of, while the mean of several minima gets better with the root only: so samples
 * are gathered over as many bursts as the link needs, and go into the filter together. Until then they
 * correct a state that is thrown away with the next burst.
 * Early drift needs no gate: the prior's variance weighs it down until it is significant.
 * Weighting by delay after Sendspin's time filter; the clock model is in clock-state.ts.
 */
export class ClockFilter {
  readonly #clockId: string;
  readonly #prior: DriftPrior;
  readonly #bornUs: LocalUs;
  readonly #gaps = new RecentMinimum(RECENT_US);
  readonly #delays = new RecentMinimum(RECENT_US);
  /** Without the gathered samples. */
  #base: ClockState;
  /** With them. */
  #state: ClockState;
  #gathered: ClockSample[] = [];
  #doubtSign = 0;
  /** Samples since the first burst. */
  #seen = 0;
  /** Of the offset that the gathered samples tell. */
  #sigmaUs = 0;

  /** Starts from a first burst. */
  constructor(clockId: string, samples: Samples, prior: DriftPrior) {
    this.#clockId = clockId;
    this.#prior = prior;
    const { atLocalUs, offsetUs, minDelayUs } = combineBurst(samples, prior.driftPpm);
    this.#bornUs = atLocalUs;
    this.#delays.add(atLocalUs, minDelayUs);
    this.#base = {
      atUs: atLocalUs,
      offsetUs,
      driftPpm: prior.driftPpm,
      p00: UNKNOWN_OFFSET_SIGMA_US ** 2,
      p01: 0,
      p11: prior.sigmaPpm ** 2,
    };
    this.#state = this.#base;
    this.#gather(samples);
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
  update(samples: Samples): FilterVerdict {
    const burst = combineBurst(samples, this.driftPpm);
    this.#delays.add(burst.atLocalUs, burst.minDelayUs);
    const believed = advanced(this.#state, burst.atLocalUs);
    const residualUs = burst.offsetUs - believed.offsetUs;
    const contradicts = residualUs ** 2 > LIMIT_SIGMA ** 2 * (believed.p00 + this.#variance(burst));
    const again = this.#doubtSign === Math.sign(residualUs);
    this.#doubtSign = contradicts ? Math.sign(residualUs) : 0;
    if (contradicts && !again) return 'doubted';
    if (contradicts) this.#follow(believed, residualUs);
    this.#gather(samples);
    return contradicts ? 'followed' : 'used';
  }

  #follow(believed: ClockState, residualUs: number): void {
    this.#gathered = [];
    this.#base = {
      ...believed,
      p00: believed.p00 + residualUs ** 2,
      p11: believed.p11 + FOLLOWED_DRIFT_PPM ** 2,
    };
  }

  #gather(samples: Samples): void {
    this.#seen += samples.length;
    if (this.#wouldBlur(samples)) this.#settle();
    const [first = samples[0], ...rest] = [...this.#gathered, ...samples];
    this.#gathered = [first, ...rest];
    const burst = combineBurst([first, ...rest], this.driftPpm);
    this.#mindFall(burst);
    this.#gaps.add(burst.atLocalUs, burst.gapUs);
    const believed = advanced(this.#base, burst.atLocalUs);
    const variance = this.#variance(burst);
    this.#state = corrected(believed, burst.offsetUs - believed.offsetUs, variance);
    this.#sigmaUs = Math.sqrt(variance);
    if (this.#sigmaUs < GATHERED_SIGMA_US || burst.samples > MOST_GATHERED) this.#settle();
  }

  /** Whether samples come so long after the first gathered one that their minima would say less for the drift between. */
  #wouldBlur(samples: Samples): boolean {
    const [first] = this.#gathered;
    if (!first) return false;
    const lastedS = (samples[0].t1Us - first.t1Us) / 1e6;
    return lastedS > MOST_GATHERED_S || lastedS * this.driftSigmaPpm > BLUR_SHARE * this.#sigmaUs;
  }

  #settle(): void {
    this.#base = this.#state;
    this.#gathered = [];
  }

  /** A gap below all before shows that they held queues that nothing told of: what they taught counts for less. */
  #mindFall({ atLocalUs, gapUs }: BurstEstimate): void {
    if (gapUs >= this.#gaps.value || this.#gaps.value === Number.POSITIVE_INFINITY) return;
    const errorUs = FALL_SHARE * (this.#gaps.value - gapUs);
    const ageS = Math.max(0.1, (atLocalUs - this.#bornUs) / 1e6);
    const p11 = Math.max(
      this.#base.p11,
      Math.min(this.#prior.sigmaPpm ** 2, this.#base.p11 + (errorUs / ageS) ** 2),
    );
    this.#base = { ...this.#base, p00: this.#base.p00 + errorUs ** 2, p11 };
  }

  #variance(burst: BurstEstimate): number {
    const sinceLastS = Math.max(1e-3, localUs(burst.atLocalUs - this.#base.atUs) / 1e6);
    const stamps = STAMP_SIGMA_US ** 2 * (1 + STAMP_MEMORY_S / sinceLastS);
    return stamps + queueVariance(burst, Math.min(this.#gaps.value, burst.gapUs), this.#seen);
  }
}
