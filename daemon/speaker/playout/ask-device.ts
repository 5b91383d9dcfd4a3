import type { DacModel } from './dac-model.ts';
import type { Sink, SinkStatus } from './sinks/sink.ts';

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
