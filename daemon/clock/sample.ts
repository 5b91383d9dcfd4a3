import type { LocalUs, RoomUs } from '../units.ts';

/** One exchange with the clock responder. */
export interface ClockSample {
  /** Local clock when the request left. */
  readonly t1Us: LocalUs;
  /** Room clock when it arrived. */
  readonly t2Us: RoomUs;
  /** Room clock when the reply left. */
  readonly t3Us: RoomUs;
  /** Local clock when it arrived. */
  readonly t4Us: LocalUs;
  /** Identity of the room clock. */
  readonly clockId: string;
}

/** Offset (room − local) at the middle of the exchange, right if both ways took equally long; µs. */
export function sampleOffsetUs(sample: ClockSample): number {
  return (forwardUs(sample) + backwardUs(sample)) / 2;
}

/** Round trip less the responder's own time; µs. */
export function sampleDelayUs(sample: ClockSample): number {
  return sample.t4Us - sample.t1Us - (sample.t3Us - sample.t2Us);
}

/** The true offset is no further than this from sampleOffsetUs, however the delay is shared by the two ways. */
export function sampleErrorBoundUs(sample: ClockSample): number {
  return sampleDelayUs(sample) / 2;
}

/** Offset plus the request's way, so never less than the offset; µs. */
export function forwardUs(sample: ClockSample): number {
  return sample.t2Us - sample.t1Us;
}

/** Offset less the reply's way, so never more than the offset; µs. */
export function backwardUs(sample: ClockSample): number {
  return sample.t3Us - sample.t4Us;
}

/** Whether the four times can be those of an exchange: nothing arrived before it left. */
export function isPossible(sample: ClockSample): boolean {
  return sample.t4Us >= sample.t1Us && sample.t3Us >= sample.t2Us && sampleDelayUs(sample) >= 0;
}
