import type { Machine } from '../machine.ts';
import { type CaseResult, type Verdict, verdictsOf } from './verdict.ts';

/** What a run of the matrix was made with. */
export interface MatrixRun {
  readonly results: readonly CaseResult[];
  readonly machine: Machine;
  /** Day and time, UTC. */
  readonly at: Date;
  readonly command: string;
}

/** The page of all cases, in Markdown. */
export function pageOf({ results, machine, at, command }: MatrixRun): string {
  const all = results.flatMap(verdictsOf);
  const missed = all.filter(({ reached }) => reached === 'missed').length;
  return `# Benchmarks

Written by \`${command}\` on ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC; don't edit it.

- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Node ${machine.node}, all hosts of a run on it.
- Four speakers, each a host of its own (network namespace, clock, DAC), DACs evenly over ±60 ppm; the real programs
  as a person starts them, \`jamctl\` as the Debian package installs it, nothing stubbed. Positions are measured in what
  the DACs consumed, 10 times a second, in windows of 0.12 s, from the first audible frame to the last. No time to
  settle is left out.
- *Spread*: the largest difference between any two speakers at the same true time. *Within the shown bound*: share of the
  looks at \`jamctl status\` at which the true spread was within the bound that it showed.
- Snapcast is Debian's, on the same hosts, network and DACs, with the same track, in the same call.
- *Ratio*: Snapcast's figure over Jam's.
- A speaker on a quarter of a core has a page of its own: [small-machines.md](small-machines.md).

${missed === 0 ? 'Every required figure was reached.' : `Of ${all.length} required figures ${missed} were missed.`}

${markdownTable(
  ['case', 'figure', 'required', 'aim', 'Jam', 'reached', 'Snapcast', 'ratio'],
  results.flatMap((result) => verdictsOf(result).map((verdict, i) => rowOf(result, verdict, i === 0))),
)}

## What else was seen

${markdownTable(
  [
    'case',
    'command',
    'shown bound, median µs',
    'steps',
    'machine stood still',
    'CPU withheld, ms',
    'load before',
  ],
  results.map(circumstancesOf),
)}

*Machine stood still*: times of more than 0.2 s in which nothing on the machine ran; *CPU withheld*: by the host of this
virtual machine. Disturbances that follow such a time are not counted against a system, spreads are. *Load*: of the
machine over the minute before, when nothing of the bench ran.

## Where the error comes from

Against the room's median, p50 · p99 in µs, of the speaker for which it is largest; see \`bench/sync/split.ts\`.

${markdownTable(
  ['case', 'whole', 'clock estimate', 'DAC model', 'controller'],
  results.flatMap((result) => splitOf(result) ?? []),
)}
`;
}

/** The table of the README: the spreads side by side. */
export function summaryOf({ results, machine, at }: MatrixRun): string {
  const rows = results.flatMap((result) => {
    const verdict = verdictsOf(result).find(({ criterion }) => criterion.quantity === 'spread, p99');
    if (verdict === undefined) return [];
    const { jam, snapcast } = verdict;
    return [[result.case.title, us(jam), us(snapcast), ratio(verdict), `\`${commandOf(result)}\``]];
  });
  return `${markdownTable(['case', 'Jam p99', 'Snapcast p99', 'ratio', 'command'], rows)}

Four speakers, DACs within ±60 ppm, measured ${at.toISOString().slice(0, 10)} on ${machine.cores} cores of ${machine.cpu}.
All figures: [docs/benchmarks.md](docs/benchmarks.md).`;
}

function rowOf({ case: { title } }: CaseResult, verdict: Verdict, isFirst: boolean): string[] {
  const { criterion, jam, snapcast, reached } = verdict;
  const { quantity, unit, better, required, aim } = criterion;
  const sign = better === 'less' ? '≤' : '≥';
  return [
    isFirst ? title : '',
    unit ? `${quantity}, ${unit}` : quantity,
    `${sign} ${required}`,
    `${sign} ${aim}`,
    number(jam),
    reached === 'missed' ? '**missed**' : reached,
    number(snapcast),
    criterion.isCompared ? ratio(verdict) : '–',
  ];
}

function circumstancesOf(result: CaseResult): string[] {
  const { outcomes, loadBefore } = result;
  const jam = outcomes[0];
  const steps = jam?.disturbances.flat().filter(({ kind }) => kind === 'step').length ?? 0;
  return [
    result.case.title,
    `\`${commandOf(result)}\``,
    number(jam?.honesty?.medianBoundUs ?? Number.NaN),
    number(steps),
    number(jam?.stalls.length ?? 0),
    number(jam?.stolenMs ?? 0),
    loadBefore.toFixed(1),
  ];
}

function splitOf({ case: { title }, outcomes }: CaseResult): string[][] | null {
  const splits = outcomes[0]?.splits ?? [];
  if (splits.length === 0) return null;
  const pair = (part: 'whole' | 'clock' | 'dac' | 'controller'): string =>
    ['p50' as const, 'p99' as const]
      .map((share) => number(Math.max(...splits.map((split) => split[part][share]))))
      .join(' · ');
  return [[title, pair('whole'), pair('clock'), pair('dac'), pair('controller')]];
}

function commandOf({ case: { args, withSnapcast }, seconds }: CaseResult): string {
  const peer = withSnapcast ? ['--peer', 'snapcast'] : [];
  return ['npm run bench:sync --', '--seconds', seconds, ...args(seconds), ...peer].join(' ');
}

function ratio({ jam, snapcast }: Verdict): string {
  const times = snapcast / jam;
  return Number.isFinite(times) ? `${times.toFixed(times < 10 ? 1 : 0)}×` : '–';
}

function us(value: number): string {
  return Number.isNaN(value) ? '–' : `${number(value)} µs`;
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value.toFixed(Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1);
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
