import { Command } from 'commander';
import { parseNumber } from './options.ts';
import { commandOf, summaryOf } from './report.ts';
import { type Outcome, run } from './run.ts';
import { SCENARIOS } from './scenarios/index.ts';

/** Longer ones would leave no time for many seeds. */
const LONGEST_S = 400;
const TELL_EVERY = 100;

const options = new Command('sim:fuzz')
  .description(
    'Runs short scenarios with one seed after the other, until one shows something wrong or the time is up.',
  )
  .option('--minutes <M>', 'how long', parseNumber, 10)
  .option('--from <SEED>', 'the first seed', parseNumber, 1)
  .option('--seeds <N>', 'end after so many runs', parseNumber, Number.POSITIVE_INFINITY)
  .option('--scenario <NAME>', 'only this one, instead of chaos mostly and now and then another')
  .option('--go-on', 'go on after a failure')
  .parse()
  .opts<{ minutes: number; from: number; seeds: number; scenario?: string; goOn?: true }>();

const short = SCENARIOS.filter(({ name, seconds }) =>
  options.scenario ? name === options.scenario : seconds <= LONGEST_S,
);
const chaotic = short.filter(({ name }) => isChaos(name) || name === options.scenario);
const endMs = performance.now() + options.minutes * 60_000;
let runs = 0;
let simulatedS = 0;
const failed: Outcome[] = [];
for (let seed = options.from; runs < options.seeds && performance.now() < endMs; seed++) {
  const pool = seed % 3 === 0 ? short : chaotic;
  const scenario = pool[Math.floor(seed / 3) % pool.length];
  if (!scenario) throw new Error(`there is no scenario ${options.scenario}`);
  const outcome = await run(scenario, {
    seed,
    ...(isChaos(scenario.name) ? { speakers: 2 + (seed % 4) } : {}),
  });
  runs++;
  simulatedS += outcome.seconds;
  if (runs % TELL_EVERY === 0) console.log(`${runs} runs, up to seed ${seed}`);
  if (outcome.violations.length === 0) continue;
  failed.push(outcome);
  console.log(summaryOf(outcome));
  if (!options.goOn) break;
}
console.log(`${runs} runs, ${(simulatedS / 3600).toFixed(1)} h simulated, ${failed.length} failed`);
for (const outcome of failed) console.log(`  ${commandOf(outcome)}`);
if (failed.length > 0) process.exitCode = 1;

function isChaos(name: string): boolean {
  return name.endsWith('chaos');
}
