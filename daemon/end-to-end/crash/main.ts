import { Command } from 'commander';
import { CrashLoop } from './crash-loop.ts';

// npm run test:crash -- --rounds 200 --seed 1

const { rounds, seed } = new Command('test:crash')
  .description(
    'Kills lobby, rooms and speakers under a stream of commands, and checks what is there afterwards.',
  )
  .option('--rounds <n>', 'so many times', Number, 200)
  .option('--seed <n>', 'for the choice of victims, moments and commands', Number, 1)
  .allowExcessArguments(false)
  .parse()
  .opts<{ rounds: number; seed: number }>();

const loop = new CrashLoop({
  rounds,
  speakers: ['kitchen', 'study'],
  seed,
  onRound: (round, victim, tookMs) =>
    console.log(
      `${String(round).padStart(4)} of ${rounds}: killed ${victim}, whole after ${tookMs.toFixed(0)} ms`,
    ),
});
process.on('exit', () => loop.killAll());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { problems, wholeAfterMs, kills, ...counts } = await loop.run();
await loop.stop();
const sorted = wholeAfterMs.toSorted((a, b) => a - b);
const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
console.log(`\n${rounds} rounds, seed ${seed}; kills: ${JSON.stringify(kills)}`);
console.log(
  `commands: ${counts.acknowledged} acknowledged, ${counts.refused} refused, ${counts.busy} busy, ${counts.resent} sent again`,
);
console.log(`whole again after: median ${at(0.5)}, p90 ${at(0.9)}, max ${at(1)} ms`);
for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? 'nothing was lost, torn or done twice' : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
