import { loadavg } from 'node:os';
import { Command } from 'commander';
import { allAttacks, peace } from './attacks.ts';
import { linesOf, problemsOf } from './limits.ts';
import { Siege } from './siege.ts';

// npm run test:attack -- --seconds 5 --connections 1000 --commands 10000

const options = new Command('test:attack')
  .description(
    'Attacks a coordinator in several ways while two speakers play, and measures what they played.',
  )
  .option('--seconds <n>', 'how long each attack goes on', Number, 5)
  .option('--connections <n>', 'of a crowd, to each port', Number, 1000)
  .option('--commands <n>', 'a second, of a flood', Number, 10_000)
  .allowExcessArguments(false)
  .parse()
  .opts<{ seconds: number; connections: number; commands: number }>();

const siege = new Siege(44);
process.on('exit', () => siege.home.killAll());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

await siege.start();
for (const attack of [peace, ...(await allAttacks(siege, options.connections, options.commands))]) {
  console.log(`${attack.name} for ${options.seconds} s`);
  await siege.playAgain();
  await siege.under(attack, options.seconds);
}
const figures = await siege.figures();
await siege.stop();

console.log(`\nload ${loadavg()[0]?.toFixed(1)}`);
for (const one of figures) console.log(linesOf(one));
const problems = figures.flatMap(problemsOf);
for (const problem of problems) console.log(problem);
process.exit(problems.length === 0 ? 0 : 1);
