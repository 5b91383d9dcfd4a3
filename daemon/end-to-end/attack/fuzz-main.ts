import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { Fuzzer } from './fuzzer.ts';

// npm run test:fuzz -- --frames 1000000 --seed 1

const { frames, seed, keep } = new Command('test:fuzz')
  .description('Sends changed and random inputs to every socket of a coordinator, with and without keys.')
  .option('--frames <n>', 'so many inputs', Number, 1_000_000)
  .option('--seed <n>', 'for what is drawn', Number, 1)
  .option('--keep <directory>', 'for inputs that bring something down', join(tmpdir(), 'jam-fuzz'))
  .allowExcessArguments(false)
  .parse()
  .opts<{ frames: number; seed: number; keep: string }>();

const fromMs = performance.now();
const elapsedS = () => (performance.now() - fromMs) / 1000;
const fuzzer = new Fuzzer({
  frames,
  seed,
  framesPerRound: Math.min(frames, 20_000),
  keepIn: keep,
  onRound: (sent, residentMb) =>
    console.log(`${sent} of ${frames} in ${elapsedS().toFixed(0)} s, ${residentMb.toFixed(0)} MB resident`),
});
process.on('exit', () => fuzzer.killAll());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { sent, problems, residentMb } = await fuzzer.run();
await fuzzer.stop();
console.log(`\nseed ${seed}, ${elapsedS().toFixed(0)} s`);
for (const [channel, count] of Object.entries(sent)) console.log(`  ${channel}: ${count}`);
console.log(
  `resident: ${residentMb.first.toFixed(0)} MB after the first round, ${residentMb.last.toFixed(0)} at the end`,
);
for (const problem of problems) console.log(problem);
console.log(
  problems.length === 0 ? 'nothing was found' : `${problems.length} problems; the inputs are in ${keep}`,
);
process.exit(problems.length === 0 ? 0 : 1);
