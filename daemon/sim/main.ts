import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseNumber } from './options.ts';
import { plotOf } from './plot.ts';
import { summaryOf } from './report.ts';
import { run } from './run.ts';
import { SCENARIOS, scenarioNamed } from './scenarios/index.ts';

const PLOTS = join('build', 'sim');

const options = new Command('sim')
  .description('Runs a whole home in simulated time and checks what is always to hold.')
  .option('--seed <N>', 'what is drawn at random follows from it', parseNumber, 1)
  .option('--scenario <NAME>', `one of ${SCENARIOS.map(({ name }) => name).join(', ')}`, 'default')
  .option('--hours <H>', 'how long, instead of what the scenario has', parseNumber)
  .option('--until <S>', 'end after so many seconds of the scenario', parseNumber)
  .option('--speakers <K>', 'how many, instead of what the scenario has', parseNumber)
  .option('--plot', `draw the errors over time as SVG, into ${PLOTS}`)
  .option('--log', 'print what the programs said')
  .parse()
  .opts<{
    seed: number;
    scenario: string;
    hours?: number;
    until?: number;
    speakers?: number;
    plot?: true;
    log?: true;
  }>();

const scenario = scenarioNamed(options.scenario);
if (!scenario) {
  process.stderr.write(`sim: there is no scenario ${options.scenario}\n`);
  process.exit(2);
}
const { seed, hours, until, speakers } = options;
const outcome = await run(scenario, {
  seed,
  ...(hours === undefined ? {} : { seconds: hours * 3600 }),
  ...(until === undefined ? {} : { untilS: until }),
  ...(speakers === undefined ? {} : { speakers }),
});
if (options.log) console.log(outcome.log.join('\n'));
console.log(summaryOf(outcome));
if (options.plot) {
  const path = join(PLOTS, `${scenario.name}-${seed}.svg`);
  mkdirSync(PLOTS, { recursive: true });
  writeFileSync(path, plotOf(outcome));
  console.log(`  plot: ${path}`);
}
if (outcome.violations.length > 0) process.exitCode = 1;
