import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { LobbyReply } from '../../protos/index.ts';
import { environment, TestLobby } from '../testing/lobby.ts';
import { status } from '../testing/samples.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const answer: LobbyReply['body'] = { kind: 'room', body: { kind: 'status', ...status } };

/** Resolves with all that the process has written once that matches. */
async function until(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = '';
  const all = Promise.withResolvers<string>();
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    if (pattern.test(text)) all.resolve(text);
  });
  child.once('close', () => all.reject(new Error(`ended before ${pattern} was seen: ${text}`)));
  return all.promise;
}

async function startLobby(): Promise<TestLobby> {
  const lobby = new TestLobby(() => answer);
  await lobby.start();
  return lobby;
}

function jamctl(port: number, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [main, '--coordinator', `127.0.0.1:${port}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
}

test('where there is no terminal, watch --json writes a document a second until it is interrupted', async (t) => {
  const lobby = await startLobby();
  const child = jamctl(lobby.port, 'watch', '--json');
  const text = await until(child, /\n.*\n/);
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  lobby.stop();
  t.is(code, 0);
  const documents = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.is(documents[1].speakers[0].playout.errorUs, 12.4);
});

test('without --json it is a line a second', async (t) => {
  const lobby = await startLobby();
  const child = jamctl(lobby.port, 'watch');
  const text = await until(child, /\n/);
  child.kill('SIGINT');
  await once(child, 'close');
  lobby.stop();
  t.is(text, 'main playing 1:23 of 3:45, Title, by Artist; kitchen 12 µs late (±45 µs); shelf offline\n');
});

test('a coordinator that goes away is waited for', async (t) => {
  const lobby = await startLobby();
  const child = jamctl(lobby.port, '--timeout', '0.5', 'watch');
  let told = '';
  child.stderr?.on('data', (text) => {
    told += text;
  });
  await until(child, /\n/);
  lobby.stop();
  while (!told.includes('\n')) await once(child.stderr ?? child, 'data');
  await lobby.start(lobby.port);
  await until(child, /\n/);
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  lobby.stop();
  t.is(code, 0);
  t.regex(told, /trying again/);
});

test('on a terminal it is redrawn in place, and Ctrl-C leaves the terminal as it was', async (t) => {
  const lobby = await startLobby();
  // Without exec, a shell that stays in between ends of Ctrl-C itself.
  const line = `exec '${process.execPath}' '${main}' --coordinator 127.0.0.1:${lobby.port} watch`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment, NO_COLOR: '1' },
  });
  const closed = once(child, 'close');
  const redrawn = /\[\d+A\r/;
  await until(child, redrawn);
  let rest = '';
  child.stdout.on('data', (text) => {
    rest += text;
  });
  child.stdin.write('\x03');
  const [code] = await closed;
  lobby.stop();
  t.is(code, 0);
  t.true(rest.endsWith('\x1b[?7h\x1b[?25h'), JSON.stringify(rest.slice(-80)));
});
