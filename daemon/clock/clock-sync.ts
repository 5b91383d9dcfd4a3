import type { ClockReport } from '../../protos/index.ts';
import { type LocalUs, localUs } from '../units.ts';
import { combineBurst } from './burst.ts';
import { ClockFilter, type DriftPrior, UNKNOWN_DRIFT } from './clock-filter.ts';
import type { ClockMap } from './clock-map.ts';
import { DelayWindow } from './delay-window.ts';
import { type ClockSample, isPossible, sampleDelayUs } from './sample.ts';

/** What is known of the room clock after a burst. */
export interface ClockUpdate {
  /** Absent until the first reply. */
  readonly map: ClockMap | undefined;
  readonly report: ClockReport;
}

/** When to exchange samples next, and how many. */
export interface BurstPlan {
  readonly atLocalUs: LocalUs;
  readonly samples: number;
}

interface Pause {
  readonly untilUs: number;
  readonly pauseUs: number;
}

// Pause after a burst by the time since the first of this run of replies.
const QUIET_PAUSES: readonly Pause[] = [
  { untilUs: 1e6, pauseUs: 30e3 },
  { untilUs: 3e6, pauseUs: 250e3 },
  { untilUs: 12e6, pauseUs: 1e6 },
  { untilUs: Number.POSITIVE_INFINITY, pauseUs: 2e6 },
];
// The error of a minimum falls with the number of samples, so a network that queues gets more, for longer.
const NOISY_PAUSES: readonly Pause[] = [
  { untilUs: 10e6, pauseUs: 30e3 },
  { untilUs: Number.POSITIVE_INFINITY, pauseUs: 400e3 },
];
const RETRY_US = 250e3;
const CHECK_DOUBT_US = 30e3;
const BURST_SAMPLES = 8;
const NOISY_BURST_SAMPLES = 24;
const NOISY_DELAY_US = 400;
const SYNCHRONIZED_BURSTS = 3;
const SYNCHRONIZED_SIGMA_US = 50;
// A network that doesn't get there sooner won't soon; the error bound tells how good it is.
const SYNCHRONIZED_AFTER_US = 1e6;
const SYNCHRONIZED_BOUND_US = 5000;
const SYNCHRONIZED_ANYHOW_US = 3e6;
const HOLDOVER_AFTER_US = 3e6;
const REPORT_WINDOW_US = 60e6;

/**
 * Keeps time with one room clock: takes bursts of samples, gives a clock map, and says when it wants the
 * next burst. Each map runs forward at a rate of 1 ± 0.001. From map to map the room time of one
 * instant steps by what the burst has taught: a few µs when synchronized, so that room times read a burst
 * apart always rise, and two read across an update fall back by no more than that step; only
 * when a clock itself was set does the map follow with a jump, and says so by being ACQUIRING again.
 */
export class ClockSync {
  #prior: DriftPrior;
  readonly #delays = new DelayWindow(REPORT_WINDOW_US);
  #filter: ClockFilter | undefined;
  #clockId = '';
  #state: ClockReport['state'] = 'UNSYNCHRONIZED';
  #plan: BurstPlan = { atLocalUs: localUs(0), samples: BURST_SAMPLES };
  // When bursts last began to come quickly.
  #quickSinceUs: LocalUs | undefined;
  #wasQuiet = false;
  #acquiringSinceUs: LocalUs | undefined;
  #lastReplyUs: LocalUs | undefined;
  #bursts = 0;
  #acquired = false;

  /** @param prior the drift against this peer the last time, if known */
  constructor(prior: DriftPrior = UNKNOWN_DRIFT) {
    this.#prior = prior;
  }

  /** The next burst; due at once when its time has passed. */
  get plan(): BurstPlan {
    return this.#plan;
  }

  /** The drift, once it is known to better than this sigma. */
  driftPpm(withinSigmaPpm: number): number | undefined {
    const known = this.#filter && this.#filter.driftSigmaPpm <= withinSigmaPpm;
    return known ? this.#filter?.driftPpm : undefined;
  }

  /** Takes what a burst has brought: any number of samples, none when nobody replied. */
  addBurst(samples: readonly ClockSample[], now: LocalUs): ClockUpdate {
    const possible = samples.filter(isPossible);
    this.#delays.expire(now);
    const clockId = possible.at(-1)?.clockId;
    if (clockId === undefined) this.#silence(now);
    else this.#take(clockId, possible, now);
    return { map: this.#filter?.map(now), report: this.#report(now) };
  }

  #take(clockId: string, samples: readonly ClockSample[], now: LocalUs): void {
    if (clockId !== this.#clockId) this.#forgetClock(clockId);
    const [first, ...rest] = samples.filter((sample) => sample.clockId === clockId);
    if (!first) return;
    for (const sample of [first, ...rest]) this.#delays.add(now, sampleDelayUs(sample));
    if (this.#state === 'HOLDOVER') this.#quickSinceUs = now;
    this.#quickSinceUs ??= now;
    this.#acquiringSinceUs ??= now;
    this.#lastReplyUs = now;

    const burst = combineBurst([first, ...rest], this.#filter?.driftPpm ?? this.#prior.driftPpm);
    const verdict = this.#filter?.update(burst) ?? 'used';
    this.#filter ??= new ClockFilter(clockId, burst, this.#prior);
    if (verdict === 'followed') this.#acquireAgain(now);
    if (verdict !== 'doubted') this.#bursts++;
    this.#acquired ||= this.#hasAcquired(this.#filter, now);
    this.#state = this.#acquired ? 'SYNCHRONIZED' : 'ACQUIRING';
    const noisy = burst.meanDelayUs - this.#filter.minDelayUs > NOISY_DELAY_US;
    // What a processor busy with starting has spoiled is made up for as soon as it isn't.
    if (!noisy && !this.#wasQuiet) this.#quickSinceUs = now;
    this.#wasQuiet ||= !noisy;
    this.#plan = {
      atLocalUs: localUs(
        now +
          (verdict === 'doubted' ? CHECK_DOUBT_US : this.#pauseUs(noisy ? NOISY_PAUSES : QUIET_PAUSES, now)),
      ),
      samples: noisy ? NOISY_BURST_SAMPLES : BURST_SAMPLES,
    };
  }

  #silence(now: LocalUs): void {
    const silentUs = now - (this.#lastReplyUs ?? now);
    if (this.#filter && silentUs >= HOLDOVER_AFTER_US) this.#state = 'HOLDOVER';
    this.#plan = { atLocalUs: localUs(now + RETRY_US), samples: this.#plan.samples };
  }

  #forgetClock(clockId: string): void {
    // The prior was for the first clock that answers at this address.
    if (this.#clockId !== '') this.#prior = UNKNOWN_DRIFT;
    this.#clockId = clockId;
    this.#filter = undefined;
    this.#acquireAgain(undefined);
  }

  #acquireAgain(now: LocalUs | undefined): void {
    this.#quickSinceUs = now;
    this.#wasQuiet = false;
    this.#acquiringSinceUs = now;
    this.#bursts = 0;
    this.#acquired = false;
  }

  #hasAcquired(filter: ClockFilter, now: LocalUs): boolean {
    if (this.#bursts < SYNCHRONIZED_BURSTS) return false;
    const acquiringUs = now - (this.#acquiringSinceUs ?? now);
    const isSteady =
      acquiringUs >= SYNCHRONIZED_AFTER_US || filter.offsetSigmaUs(now) <= SYNCHRONIZED_SIGMA_US;
    // Delays that are alike look steady also when a busy processor has made them, all on one way.
    const isBound =
      acquiringUs >= SYNCHRONIZED_ANYHOW_US || filter.map(now).errorBoundUs <= SYNCHRONIZED_BOUND_US;
    return isSteady && isBound;
  }

  #pauseUs(pauses: readonly Pause[], now: LocalUs): number {
    const quickUs = now - (this.#quickSinceUs ?? now);
    return pauses.find(({ untilUs }) => quickUs < untilUs)?.pauseUs ?? RETRY_US;
  }

  #report(now: LocalUs): ClockReport {
    const map = this.#filter?.map(now);
    return {
      state: this.#state,
      offsetUs: map?.offsetUs ?? 0,
      errorBoundUs: map?.errorBoundUs ?? 0,
      driftPpm: map?.driftPpm ?? 0,
      delayP95Us: this.#delays.p95Us(),
    };
  }
}
