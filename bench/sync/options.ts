import { Command, InvalidArgumentError, Option } from 'commander';
import type { NetworkKind } from '../rig/network.ts';
import { type Fault, parseFaults } from './faults.ts';

export interface Options {
  readonly speakers: number;
  readonly seconds: number;
  readonly network: NetworkKind;
  readonly clockPpm: number;
  readonly dacPpm: number;
  readonly dacWanderPpm: number;
  readonly dacReportUs: number;
  readonly dacFifoFrames: number;
  readonly dacHiccupS: number;
  readonly dacFormat: 'S16_LE' | 'S24_3LE' | 'S24_LE' | 'S32_LE' | 'FLOAT_LE';
  readonly dacRate: readonly number[];
  readonly peer?: 'snapcast' | undefined;
  readonly only?: 'snapcast' | 'aplay' | undefined;
  /** A file, or `sine` for one of 997 Hz in 24 bits. */
  readonly track?: string | undefined;
  readonly faults: readonly Fault[];
  readonly delayMs: number;
  readonly seed: number;
  readonly out?: string | undefined;
  readonly json: boolean;
}

/** Reads the command line; ends the process with what is wrong, or with the help that was asked for. */
export function readOptions(args: readonly string[]): Options {
  const command = new Command('bench:sync')
    .description('Measures how far apart virtual speakers play, from nothing but what their DACs consumed.')
    .option('--speakers <n>', 'how many', whole(1, 16), 4)
    .option('--seconds <s>', 'playing time', whole(5, 3600), 90)
    .addOption(
      new Option('--network <kind>', 'between hub and hosts')
        .choices(['wired', 'wifi', 'wifi-bad'])
        .default('wired'),
    )
    .option('--clock-ppm <ppm>', "hosts' clocks run up to this much faster or slower", number, 0)
    .option('--dac-ppm <ppm>', "DACs' crystals are up to this far off", number, 60)
    .option('--dac-wander-ppm <ppm>', 'and change slowly by this', number, 0)
    .option('--dac-report-us <us>', 'drivers report the position in steps of this', number, 0)
    .option('--dac-fifo-frames <n>', 'frames between the position and the ear', whole(0, 48_000), 0)
    .option('--dac-hiccup-s <s>', 'DACs stand still for 5 ms every so often; 0: never', number, 0)
    .addOption(
      new Option('--dac-format <format>', 'what DACs take')
        .choices(['S16_LE', 'S24_3LE', 'S24_LE', 'S32_LE', 'FLOAT_LE'])
        .default('S16_LE'),
    )
    .option('--dac-rate <hz,…>', 'rates that DACs take', rates, [44_100, 48_000])
    .addOption(new Option('--peer <system>', 'measure this one too, on the same hosts').choices(['snapcast']))
    .addOption(
      new Option('--only <system>', 'measure this one instead of Jam').choices(['snapcast', 'aplay']),
    )
    .option('--track <file>', 'an MP3 or a WAV, or "sine": 997 Hz in 24 bits, for purity')
    .option('--faults <what@s+s,…>', 'such as kill-coordinator@20+10,cut@50+10', faults, [])
    .option('--delay-ms <ms>', "put into the first speaker's output, to see it found", number, 0)
    .option('--seed <n>', 'of all that is random', whole(0, 2 ** 31), 1)
    .option('--out <dir>', 'where recordings, logs, plot and JSON go; a temporary one when absent')
    .option('--json', 'print the JSON instead of the table', false)
    .parse(args, { from: 'user' });
  return command.opts<Options>();
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number of ${least} to ${most}.`);
  };
}

function rates(text: string): number[] {
  return text.split(',').map(whole(8000, 192_000));
}

function faults(text: string): Fault[] {
  try {
    return parseFaults(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
