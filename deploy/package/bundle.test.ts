import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { environment, TestLobby } from '../../controller/testing/lobby.ts';
import { bundleJamctl } from './bundle.ts';

const projectDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

// Below the project, as the bundle looks for the libraries' binaries above itself.
mkdirSync(`${projectDir}/build`, { recursive: true });
const dir = mkdtempSync(`${projectDir}/build/bundle-test-`);
const made = `${dir}/made`;

test.before(() => bundleJamctl(projectDir, made));
test.after.always(() => rmSync(dir, { recursive: true, force: true }));

async function jamctl(...args: string[]) {
  const child = spawn(process.execPath, [`${made}/start.cjs`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const code = new Promise((resolve) => child.once('close', resolve));
  return { out: await text(child.stdout), err: await text(child.stderr), code: await code };
}

test.serial('made twice, it has the same bytes', async (t) => {
  await bundleJamctl(projectDir, `${dir}/again`);
  for (const name of ['jamctl.cjs', 'start.cjs', 'compile.cjs'])
    t.true(readFileSync(`${made}/${name}`).equals(readFileSync(`${dir}/again/${name}`)), name);
});

test.serial('it names no path of the machine on which it was made', (t) => {
  t.false(readFileSync(`${made}/jamctl.cjs`, 'latin1').includes(projectDir));
});

test.serial('it is ASCII, as start.cjs reads it', (t) => {
  t.true(readFileSync(`${made}/jamctl.cjs`).every((byte) => byte < 128));
});

for (const state of ['before it is compiled', 'once it is compiled'] as const) {
  test.serial(`${state} it answers --version and --help, and has a lobby play`, async (t) => {
    if (state === 'once it is compiled') execFileSync(process.execPath, [`${made}/compile.cjs`]);
    t.regex((await jamctl('--version')).out, /^\d+\.\d+\.\d+\n$/);
    const help = await jamctl('--help');
    t.regex(help.out, /^Usage: jamctl /);
    t.is(help.code, 0, help.err);
    const lobby = new TestLobby(() => ({ kind: 'room', body: { kind: 'done', note: 'done so' } }));
    await lobby.start();
    const played = await jamctl('--coordinator', `127.0.0.1:${lobby.port}`, 'play');
    lobby.stop();
    t.deepEqual(played, { out: 'done so\n', err: '', code: 0 });
    t.like(lobby.asked[0], { kind: 'callRoom', room: 'main', command: { body: { kind: 'play' } } });
  });
}

test.serial('what V8 is given compiled it takes', (t) => {
  const script = `
    const { readFileSync } = require('node:fs');
    const cachedData = readFileSync('${made}/jamctl.compiled');
    const script = new (require('node:vm').Script)(readFileSync('${made}/jamctl.cjs', 'latin1'), { cachedData });
    console.log(script.cachedDataRejected);`;
  t.is(execFileSync(process.execPath, ['--eval', script], { encoding: 'utf8' }), 'false\n');
});
