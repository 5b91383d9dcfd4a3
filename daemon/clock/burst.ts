import { type LocalUs, localUs } from '../units.ts';
import { backwardUs, type ClockSample, forwardUs, sampleDelayUs } from './sample.ts';

/** What one burst says about the offset. */
export interface BurstEstimate {
  /** Local time that offsetUs is true of: the last sample's end. */
  readonly atLocalUs: LocalUs;
  /** room − local. */
  readonly offsetUs: number;
  /** Quickest request plus quickest reply of the burst; the true offset is within half of it. */
  readonly gapUs: number;
  /** Smallest delay of one sample; never below gapUs. */
  readonly minDelayUs: number;
  readonly meanDelayUs: number;
  readonly samples: number;
}

// How much of the gap beyond the recent minimum is error: half of it, were it all in one way. Measured.
const EXCESS_SHARE = 0.4;
// As long as few samples have been seen, the gap itself is all that is known of the queues.
const FEW_SHARE = 0.5;
const MAX_QUEUE_US = 3000;

/**
 * Variance of a burst's offset by what queues may have done to it, µs². With one queue a way the error of a minimum is its
 * mean delay over the number of samples.
 * @param leastGapUs of the bursts of late, this one among them: excess gap is what can have been asymmetric
 * @param seen samples so far, of which leastGapUs is known
 */
export function queueVariance(
  { gapUs, meanDelayUs, samples }: BurstEstimate,
  leastGapUs: number,
  seen: number,
): number {
  const queueUs = Math.min(MAX_QUEUE_US, Math.max(0, meanDelayUs - leastGapUs)) / 2;
  return (
    (queueUs / samples) ** 2 + (EXCESS_SHARE * (gapUs - leastGapUs)) ** 2 + ((FEW_SHARE * gapUs) / seen) ** 2
  );
}

/**
 * Takes the quickest request and the quickest reply of a burst, which need not belong to one sample:
 * with queues in the way, both ways' delays are a fixed part plus something exponential, of which
 * the minimum of n is n times smaller, while a sample that was quick both ways is rare.
 * One-way minima after S. Moon, P. Skelly, D. Towsley, "Estimation and Removal of Clock Skew from
 * Network Delay Measurements", INFOCOM 1999; the idea of picking by delay is D. Mills' clock filter (RFC 5905).
 * @param samples at least one, all of one clock
 * @param driftPpm the best estimate so far; carries every sample to the burst's end
 */
export function combineBurst(
  samples: readonly [ClockSample, ...ClockSample[]],
  driftPpm: number,
): BurstEstimate {
  const atLocalUs = localUs(Math.max(...samples.map(({ t4Us }) => t4Us)));
  let upperUs = Number.POSITIVE_INFINITY;
  let lowerUs = Number.NEGATIVE_INFINITY;
  let minDelayUs = Number.POSITIVE_INFINITY;
  let sumDelayUs = 0;
  for (const sample of samples) {
    upperUs = Math.min(upperUs, forwardUs(sample) + (atLocalUs - sample.t1Us) * driftPpm * 1e-6);
    lowerUs = Math.max(lowerUs, backwardUs(sample) + (atLocalUs - sample.t4Us) * driftPpm * 1e-6);
    const delayUs = sampleDelayUs(sample);
    minDelayUs = Math.min(minDelayUs, delayUs);
    sumDelayUs += delayUs;
  }
  return {
    atLocalUs,
    offsetUs: (upperUs + lowerUs) / 2,
    gapUs: Math.max(0, upperUs - lowerUs),
    minDelayUs,
    meanDelayUs: sumDelayUs / samples.length,
    samples: samples.length,
  };
}
