import { SinkError } from '../playout/sinks/sink.ts';
import { listDevices } from './device-list.ts';
import { jsonOf, tableOf } from './device-table.ts';
import { Prober } from './probe.ts';
import { readSoundCards } from './sound-cards.ts';

/** `jam-speaker --list-devices`: prints them, and returns the exit code. */
export function printDevices(asJson: boolean): number {
  try {
    const devices = listDevices(readSoundCards(), new Prober());
    process.stdout.write(asJson ? jsonOf(devices) : tableOf(devices));
    return 0;
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    process.stderr.write(`jam-speaker: ${error.message}\n`);
    return 1;
  }
}
