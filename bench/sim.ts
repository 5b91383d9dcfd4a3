import Table from 'cli-table3';
import { run } from '../daemon/sim/run.ts';
import { scenarioNamed } from '../daemon/sim/scenarios/index.ts';
import { machine } from './machine.ts';

// How much faster than real a simulated home is: npm run bench:sim

const SPEAKERS = [2, 4, 24];
const RUNS = 5;
/** Simulated seconds of all speakers together in each run. */
const SPEAKER_SECONDS = 2400;

/** Simulated seconds per second, by the clock on the wall and by processor time. */
interface Speed {
  readonly byClock: number;
  readonly byProcessor: number;
}

async function measure(speakers: number): Promise<Speed> {
  const scenario = scenarioNamed('default');
  if (!scenario) throw new Error('there is no default home');
  const seconds = SPEAKER_SECONDS / speakers;
  const before = process.cpuUsage();
  const { tookS, violations } = await run(scenario, { seed: 1, seconds, speakers });
  const { user, system } = process.cpuUsage(before);
  if (violations.length > 0) throw new Error(`${violations.length} invariants were violated`);
  return { byClock: seconds / tookS, byProcessor: seconds / ((user + system) / 1e6) };
}

function ratio(values: readonly number[]): string {
  const median = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return `${Math.round(median)} ×`;
}

const { cpu, cores, kernel, node } = machine();
console.log(`${cpu}, ${cores} cores, ${kernel}, Node ${node}`);
console.log(`The default home with music, times real time; medians of ${RUNS} runs\n`);
// The first run is slower, until V8 has compiled what it does.
await measure(4);
const table = new Table({
  head: ['speakers', 'by the clock', 'by processor time'],
  style: { head: [], border: [] },
});
for (const speakers of SPEAKERS) {
  const speeds: Speed[] = [];
  for (let i = 0; i < RUNS; i++) speeds.push(await measure(speakers));
  table.push([
    speakers,
    ratio(speeds.map(({ byClock }) => byClock)),
    ratio(speeds.map(({ byProcessor }) => byProcessor)),
  ]);
}
console.log(table.toString());
