import type { DacModel } from './dac-model.ts';
import { type Sink, SinkError, type SinkStatus } from './sinks/sink.ts';

/**
 * Asks a device where it is, for its model; again and again while it is about to make a step, at most for half a
 * millisecond: a device that reports in steps of milliseconds tells exactly where it is only just then.
 * Returns the last status. @throws {SinkError}
 */
export function askDevice(sink: Sink, dac: DacModel): SinkStatus {
  let status = sink.status();
  let before = Number.NEGATIVE_INFINITY;
  while (status.state !== 'xrun') {
    dac.observe(status);
    // A simulated clock stands still meanwhile.
    if (status.atLocalUs <= before || !dac.stepIsDue(status.atLocalUs)) break;
    before = status.atLocalUs;
    status = sink.status();
  }
  return status;
}

/** For how long what is written is still heard, ms; 0 when the device doesn't run. */
export function stillHeardMs(sink: Sink, rate: number): number {
  try {
    const { state, delayFrames } = sink.status();
    return state === 'running' ? (delayFrames / rate) * 1000 : 0;
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    return 0;
  }
}
