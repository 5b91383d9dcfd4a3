import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const projectDir = fileURLToPath(new URL('..', import.meta.url));

/** The system's Node, older than what Jam runs on where that is so; else the one of this test. */
const systemNode = existsSync('/usr/bin/node') ? '/usr/bin/node' : process.execPath;

function start(node: string, ...args: string[]) {
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const said = Promise.withResolvers<void>();
  child.stdout.on('data', (text) => {
    out += text;
    said.resolve();
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const ended = new Promise<{ code: number | null; signal: string | null; out: string; err: string }>(
    (resolve) => child.on('close', (code, signal) => resolve({ code, signal, out, err })),
  );
  return { child, said: said.promise, ended };
}

async function script(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'jam-launch-')), 'script.ts');
  await writeFile(file, text);
  return file;
}

for (const [which, node] of [
  ["the system's Node", systemNode],
  ["the project's Node", process.execPath],
] as const) {
  test(`${which} runs jamctl, with its output and exit code`, async (t) => {
    const launcher = join(projectDir, 'deploy/bin/jamctl.js');
    const version = await start(node, launcher, '--version').ended;
    t.like(version, { code: 0, err: '' });
    t.regex(version.out, /^\d+\.\d+\.\d+\n$/);
    t.is((await start(node, launcher, 'dance').ended).code, 2);
  });

  test(`${which} becomes the file that run.js is given: its arguments, its exit code`, async (t) => {
    const file = await script(
      'const [a]: string[] = process.argv.slice(2); console.log(a); process.exit(7);',
    );
    const ended = await start(node, join(projectDir, 'deploy/run.js'), file, 'a b').ended;
    t.like(ended, { code: 7, out: 'a b\n', err: '' });
  });

  test(`${which} is given the options that a program needs`, async (t) => {
    const file = await script('console.log(process.execArgv.join());');
    const launch = `(await import('${projectDir}/deploy/runtime.js')).launch('${file}', ['--single-threaded'])`;
    const ended = await start(node, '--input-type=module', '--eval', launch).ended;
    t.like(ended, { code: 0, out: '--single-threaded\n', err: '' });
  });

  test(`${which} leaves no second process: a signal to run.js reaches the file`, async (t) => {
    const file = await script(`
      process.on('SIGTERM', () => process.exit(5));
      setTimeout(() => process.exit(1), 30_000);
      console.log(process.pid, process.versions.node);
    `);
    const run = start(node, join(projectDir, 'deploy/run.js'), file);
    await run.said;
    run.child.kill('SIGTERM');
    const ended = await run.ended;
    t.is(ended.code, 5, ended.err);
    const [pid, version] = ended.out.trim().split(' ');
    t.is(pid, String(run.child.pid));
    t.true(Number(version?.split('.')[0]) >= 22, version);
  });
}
