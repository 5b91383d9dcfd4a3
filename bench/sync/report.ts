import Table from 'cli-table3';
import { machine } from '../machine.ts';
import type { Disturbance } from '../measure/disturbances.ts';
import type { Options } from './options.ts';
import type { Outcome } from './run.ts';
import type { Part } from './split.ts';
import type { StartSplit } from './start-split.ts';

const PLAIN = { head: [], border: [], compact: true };

/** What `--json` prints and `result.json` holds: stable. Times in the names' units. */
export function toJson(options: Options, outcomes: readonly Outcome[]) {
  return {
    machine: machine(),
    options,
    systems: outcomes.map(({ system, room, commandToSoundMs, processes, purity, ...rest }) => ({
      system,
      spreadUs: room.spread,
      shownBound: rest.honesty,
      speakers: room.speakers.map(({ name, errorUs, disturbances }, i) => ({
        name,
        errorUs,
        commandToSoundMs: commandToSoundMs[i] ?? null,
        steps: countOf(rest.disturbances[i], 'step'),
        gaps: countOf(rest.disturbances[i], 'gap'),
        xruns: countOf(rest.disturbances[i], 'xrun'),
        disturbances,
        purity: purity[i] ?? null,
        split: rest.splits[i] ?? null,
      })),
      processes,
      start: rest.start,
      stolenMs: rest.stolenMs,
      machineStalls: rest.stalls,
    })),
  };
}

/** For people: the systems side by side, then each one's speakers and processes. */
export function toTable(outcomes: readonly Outcome[]): string {
  return [
    sideBySide(outcomes),
    ...outcomes.flatMap((outcome) => [
      `\n${outcome.system}`,
      speakers(outcome),
      ...(outcome.start ? [startOf(outcome.start)] : []),
      ...(outcome.splits.length > 0 ? [splits(outcome)] : []),
      processes(outcome),
    ]),
  ].join('\n');
}

function sideBySide(outcomes: readonly Outcome[]): string {
  const [first, second] = outcomes;
  const rows: [string, (outcome: Outcome) => number][] = [
    ['spread p50, µs', ({ room }) => room.spread.p50],
    ['spread p95, µs', ({ room }) => room.spread.p95],
    ['spread p99, µs', ({ room }) => room.spread.p99],
    ['spread max, µs', ({ room }) => room.spread.max],
    ['command to sound, ms', slowest],
    ['shown bound, median, µs', ({ honesty }) => honesty?.medianBoundUs ?? Number.NaN],
    ['within the shown bound, %', ({ honesty }) => 100 * (honesty?.insideShare ?? Number.NaN)],
    ['steps, gaps, xruns', ({ disturbances }) => disturbances.flat().length],
    ['the machine stood still, times', ({ stalls }) => stalls.length],
    ["CPU withheld by the machine's host, ms", ({ stolenMs }) => stolenMs],
    ['CPU of all, % of a core', (outcome) => total(outcome.processes.map(({ cpuPercent }) => cpuPercent))],
  ];
  const table = new Table({
    style: PLAIN,
    head: ['', ...outcomes.map(({ system }) => system), ...(second ? ['ratio'] : [])],
  });
  for (const [quantity, of] of rows) {
    const ratio = first && second ? [figure(of(first) === 0 ? Number.NaN : of(second) / of(first))] : [];
    table.push([quantity, ...outcomes.map((outcome) => figure(of(outcome))), ...ratio]);
  }
  return table.toString();
}

function speakers({ room, commandToSoundMs, purity, disturbances }: Outcome): string {
  const pure = purity.length > 0 ? ['SINAD worst, dB', 'median', 'pitch, ppm'] : [];
  const table = new Table({
    style: PLAIN,
    head: [
      'speaker',
      'off the median p50, µs',
      'p99',
      'max',
      'to sound, ms',
      'steps',
      'gaps',
      'xruns',
      ...pure,
    ],
  });
  room.speakers.forEach(({ name, errorUs }, i) => {
    const sine = purity[i];
    table.push([
      name,
      figure(errorUs.p50),
      figure(errorUs.p99),
      figure(errorUs.max),
      figure(commandToSoundMs[i] ?? Number.NaN),
      countOf(disturbances[i], 'step'),
      countOf(disturbances[i], 'gap'),
      countOf(disturbances[i], 'xrun'),
      ...(sine ? [sine.worstSinadDb, sine.medianSinadDb, sine.worstPitchPpm].map(figure) : []),
    ]);
  });
  return table.toString();
}

/** See StartSplit. */
function startOf({ commandMs, leadMs, lateMs, nodeAloneMs, asked }: StartSplit): string {
  const table = new Table({ style: PLAIN, head: ['command to sound, by parts', 'ms', ''] });
  const who = asked
    ? `${asked.name} had asked for ${figure(asked.ownUs / 1000)}, and is ${figure(asked.wayUs / 1000)} away`
    : '';
  table.push(
    ['the command, until answered', figure(commandMs), `Node alone takes ${figure(nodeAloneMs)}`],
    ['until the start that the room chose', figure(leadMs), who],
    ['until the last speaker was heard', figure(lateMs), ''],
  );
  return table.toString();
}

/** Where the error comes from; see Split. */
function splits({ splits }: Outcome): string {
  const table = new Table({
    style: PLAIN,
    head: [
      'error p50 · p99, µs',
      'whole',
      'clock',
      'DAC model',
      'controller',
      'offset less true',
      'in its bound, %',
      'DAC rate less true, ppm',
    ],
  });
  for (const { name, whole, clock, dac, controller, offset, clockBoundShare, dacPpm } of splits) {
    table.push([
      name,
      ...[whole, clock, dac, controller].map(pair),
      `mean ${figure(offset.mean)}, p99 ${figure(offset.p99)}`,
      figure(100 * clockBoundShare),
      pair(dacPpm),
    ]);
  }
  return table.toString();
}

function pair({ p50, p99 }: Part): string {
  return `${figure(p50)} · ${figure(p99)}`;
}

function processes({ processes }: Outcome): string {
  const table = new Table({ style: PLAIN, head: ['process', 'CPU, % of a core', 'resident, MB'] });
  for (const { label, cpuPercent, residentMb } of processes) {
    table.push([label, figure(cpuPercent), figure(residentMb)]);
  }
  return table.toString();
}

function countOf(disturbances: readonly Disturbance[] | undefined, kind: Disturbance['kind']): number {
  return disturbances?.filter((one) => one.kind === kind).length ?? 0;
}

/** NaN when one was never heard. */
function slowest({ commandToSoundMs }: Outcome): number {
  return Math.max(...commandToSoundMs.map((ms) => ms ?? Number.NaN));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function figure(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (Number.isInteger(value)) return `${value}`;
  return value.toFixed(Math.abs(value) < 100 ? 1 : 0);
}
