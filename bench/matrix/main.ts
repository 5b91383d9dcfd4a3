import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { machine } from '../machine.ts';
import { plotRoom } from '../measure/plot.ts';
import { RigError } from '../rig/tools.ts';
import { measure } from '../sync/measure.ts';
import { readOptions } from '../sync/options.ts';
import { toJson } from '../sync/report.ts';
import { type Case, cases } from './cases.ts';
import { type MatrixRun, pageOf, summaryOf } from './page.ts';
import { type CaseResult, type Verdict, verdictsOf } from './verdict.ts';

interface MatrixOptions {
  readonly seconds: number;
  readonly only: readonly Case[];
  readonly out?: string;
}

const LEAST_SECONDS = 30;
const page = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));
const MARKS = ['<!-- bench:matrix -->', '<!-- /bench:matrix -->'] as const;

async function main({ seconds, only, out }: MatrixOptions): Promise<void> {
  const folder = out ? resolve(out) : mkdtempSync(join(os.tmpdir(), 'jam-matrix-'));
  const results: CaseResult[] = [];
  for (const one of only) {
    const result = await measureCase(one, seconds, join(folder, one.name));
    results.push(result);
    console.log([`\n${one.title}`, ...verdictsOf(result).map(lineOf)].join('\n'));
  }
  console.log(`\nplots, JSON, logs and recordings: ${folder}`);
  if (only.length < cases.length) return console.log('no page is written: that takes all cases');
  const command = `npm run bench:matrix -- --seconds ${seconds}`;
  const run: MatrixRun = { results, machine: machine(), at: new Date(), command };
  writeFileSync(page, pageOf(run));
  writeFileSync(readme, withSummary(readFileSync(readme, 'utf8'), summaryOf(run)));
  console.log(`written: ${page} and the table in ${readme}`);
}

async function measureCase(one: Case, seconds: number, folder: string): Promise<CaseResult> {
  const loadBefore = os.loadavg()[0] ?? Number.NaN;
  const peer = one.withSnapcast ? ['--peer', 'snapcast'] : [];
  const options = readOptions(['--seconds', String(seconds), ...one.args(seconds), ...peer]);
  mkdirSync(folder, { recursive: true });
  const outcomes = await measure(options, folder);
  writeFileSync(join(folder, 'result.json'), JSON.stringify(toJson(options, outcomes), null, 2));
  for (const { system, room } of outcomes) {
    writeFileSync(join(folder, `${system}.svg`), plotRoom(room, `${system}: ${one.title}`));
  }
  return { case: one, seconds, outcomes, loadBefore };
}

function lineOf({ criterion, jam, snapcast, reached }: Verdict): string {
  const { quantity, unit, better, required } = criterion;
  const sign = better === 'less' ? '≤' : '≥';
  const peer = Number.isNaN(snapcast) ? '' : `, Snapcast ${snapcast.toFixed(1)}`;
  return `  ${quantity}: ${jam.toFixed(1)} ${unit} (${sign} ${required}: ${reached}${peer})`;
}

/** @throws {Error} when the README has no place for it */
function withSummary(text: string, summary: string): string {
  const [from, to] = MARKS.map((mark) => text.indexOf(mark));
  if (from === undefined || to === undefined || from < 0 || to < from) {
    throw new Error(`${readme} has no lines "${MARKS.join('" and "')}" for the table to go between`);
  }
  return `${text.slice(0, from)}${MARKS[0]}\n\n${summary}\n\n${text.slice(to)}`;
}

function readMatrixOptions(args: readonly string[]): MatrixOptions {
  const names = cases.map(({ name }) => name);
  const command = new Command('bench:matrix')
    .description('Measures all cases, and writes docs/benchmarks.md and the table of the README from it.')
    .option('--seconds <s>', 'playing time of each', playingTime, 90)
    .option('--only <case,…>', `some of ${names.join(', ')}; nothing is written then`, casesOf, cases)
    .option('--out <dir>', 'where recordings, logs, plots and JSON go; a temporary one when absent')
    .parse(args, { from: 'user' });
  return command.opts<MatrixOptions>();
}

function playingTime(text: string): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= LEAST_SECONDS) return seconds;
  throw new InvalidArgumentError(
    `It must be a whole number of at least ${LEAST_SECONDS}: faults take their time.`,
  );
}

function casesOf(text: string): Case[] {
  return text.split(',').map((name) => {
    const found = cases.find((one) => one.name === name);
    if (found === undefined) throw new InvalidArgumentError(`"${name}" is no case.`);
    return found;
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Exiting is what makes the rig remove its hosts.
  process.once(signal, () => process.exit(130));
}
try {
  await main(readMatrixOptions(process.argv.slice(2)));
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  console.error(error instanceof RigError ? why : `the matrix failed: ${why}`);
  process.exit(1);
}
