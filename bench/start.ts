import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { Household } from '../daemon/end-to-end/household.ts';
import { machine } from './machine.ts';
import { frameAt, type Recording, readRecording, trueUsAt } from './measure/recording.ts';
import {
  type Start,
  type StartKind,
  startCold,
  startKinds,
  startWarm,
  storeLargeTracks,
} from './start/starts.ts';
import { AUDIBLE } from './start/tracks.ts';

// From a command to the first audible frame on all of three speakers: npm run bench:start

const SPEAKERS_PPM = { kitchen: -41, study: 12, bedroom: 57 };
const LIMIT_MS: Readonly<Record<StartKind, number>> = {
  jamctl: 250,
  request: 250,
  resume: 250,
  seek: 250,
  cold: 600,
};

/** One start as it was heard. */
interface Heard extends Start {
  /** Until the last of the speakers was audible, ms; infinite: one never was. */
  readonly ms: number;
}

const { values } = parseArgs({
  options: {
    warm: { type: 'string', default: '20' },
    cold: { type: 'string', default: '10' },
    megabytes: { type: 'string', default: '60' },
  },
});
const home = new Household();
process.on('exit', () => home.killAll());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

await home.start();
const large = await storeLargeTracks(home, Number(values.cold), Number(values.megabytes));
for (const [name, ppm] of Object.entries(SPEAKERS_PPM)) home.addSpeaker(name, { ppm });
await home.waitForSpeakers(Object.keys(SPEAKERS_PPM).length, 20_000);
const starts = [...(await startWarm(home, Number(values.warm))), ...(await startCold(home, large))];
await home.stopPrograms();
const recordings: Recording[] = [];
for (const name of Object.keys(SPEAKERS_PPM)) recordings.push(await readRecording(home.recordingOf(name)));
const logs = [...home.speakers].map(([name, { log }]) => warningsOf(name, log)).join('');
print(
  starts.map((start) => listen(start, recordings)),
  logs,
);
await home.stop();
process.exit();

function listen(start: Start, all: readonly Recording[]): Heard {
  const onsets = all.map((recording) => onsetUs(recording, start.atUs));
  return { ...start, ms: (Math.max(...onsets) - start.atUs) / 1000 };
}

/** When the first audible frame after a time was heard. */
function onsetUs(recording: Recording, afterUs: number): number {
  const from = frameAt(recording, afterUs)?.frame ?? 0;
  const first = recording.samples.findIndex((sample, i) => i > from && Math.abs(sample) > AUDIBLE);
  return (first < 0 ? null : trueUsAt(recording, first)) ?? Number.POSITIVE_INFINITY;
}

function warningsOf(name: string, log: string): string {
  const warnings = log.split('\n').filter((line) => /"level":"(warn|error)"/.test(line));
  return warnings.map((line) => `${name}: ${line}\n`).join('');
}

function print(heard: readonly Heard[], warnings: string): void {
  const { cpu, cores, kernel, node } = machine();
  const head = ['', 'starts', 'median ms', 'p90', 'max', 'limit', 'held then, %'];
  const table = new Table({ style: { head: [], border: [] }, head });
  for (const [kind, what] of Object.entries(startKinds)) {
    const of = heard.filter((one) => one.kind === kind);
    const ms = of.map((one) => one.ms).sort((a, b) => a - b);
    if (ms.length === 0) continue;
    const figures = [quantile(ms, 0.5), quantile(ms, 0.9), quantile(ms, 1)].map((value) => value.toFixed(0));
    const held = of.flatMap((one) => (one.held === undefined ? [] : [one.held * 100]));
    const share =
      held.length === 0
        ? ''
        : quantile(
            held.sort((a, b) => a - b),
            0.5,
          ).toFixed(0);
    table.push([what, ms.length, ...figures, LIMIT_MS[of[0]?.kind ?? 'cold'], share]);
  }
  process.stdout.write(`${cpu}, ${cores} cores, ${kernel}, Node ${node}\n${table.toString()}\n${warnings}`);
  process.stdout.write(`${JSON.stringify({ machine: machine(), limitMs: LIMIT_MS, starts: heard })}\n`);
}

/** By nearest rank. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
