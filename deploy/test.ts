import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { countTests, type TestCount } from './test-count.ts';

// Types, lint, then every test, each showing its output as it comes; the last line sums up.

const projectDir = fileURLToPath(new URL('..', import.meta.url));
const bin = `${projectDir}node_modules/.bin`;
const running = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => running.abort());

const results = [
  await check('types', 'tsc', '--noEmit'),
  await check('lint', 'biome', 'check', '.'),
  ...(await tests(process.argv.slice(2))),
];
const passed = results.reduce((sum, one) => sum + one.passed, 0);
const failed = results.reduce((sum, one) => sum + one.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && !running.signal.aborted ? 0 : 1;

/** A check counts as one test. */
async function check(name: string, program: string, ...args: string[]): Promise<TestCount> {
  console.log(`${name} (${[program, ...args].join(' ')})`);
  const { code } = await run(program, args);
  console.log(code === 0 ? '  ✔ fine\n' : `  ✘ ${program} ended with ${code}\n`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Those that hear whole homes play come last and one file at a time: what they measure, a busy machine spoils. */
async function tests(files: string[]): Promise<TestCount[]> {
  if (files.length > 0) return [await ava('the tests named', ...files)];
  const whole = ['daemon/end-to-end/**', 'bench/sync/**'];
  return [
    await ava('tests of the parts', '**/*.test.ts', ...whole.map((folder) => `!${folder}`)),
    await twice('tests of the whole', '--concurrency=1', ...whole),
  ];
}

/**
 * What is heard of whole homes on a shared machine can be spoilt by that machine: files in which something failed are run
 * once more, and it counts if it fails again. Both runs are shown.
 */
async function twice(what: string, ...args: string[]): Promise<TestCount> {
  const { count, output } = await avaShown(what, ...args);
  const files = new Set(
    [...output.matchAll(/\b((?:daemon|bench)\/\S+\.test\.ts):\d+/g)].map((found) => found[1]),
  );
  if (count.failed === 0 || files.size === 0 || running.signal.aborted) return count;
  const again = await ava(`${count.failed} failed, once more`, '--concurrency=1', ...[...files].map(String));
  if (again.failed > 0) return count;
  console.log(`${count.failed} failed at first, and not when run again`);
  return { passed: count.passed + count.failed, failed: 0 };
}

async function ava(what: string, ...args: string[]): Promise<TestCount> {
  return (await avaShown(what, ...args)).count;
}

async function avaShown(what: string, ...args: string[]): Promise<{ count: TestCount; output: string }> {
  console.log(`${what} (ava)`);
  const { code, output } = await run('ava', args);
  return { count: countTests(output, code), output };
}

function run(program: string, args: string[]): Promise<{ code: number; output: string }> {
  if (running.signal.aborted) return Promise.resolve({ code: 1, output: '' });
  // Through a pipe the programs would do without colours.
  const colours = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {};
  const child = spawn(`${bin}/${program}`, args, {
    cwd: projectDir,
    env: { ...process.env, ...colours, PATH: `${bin}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = (): void => void child.kill('SIGTERM');
  running.signal.addEventListener('abort', stop, { once: true });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.signal.removeEventListener('abort', stop);
      resolve({ code: code ?? 1, output });
    });
  });
}
