import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { LobbyReply, LobbyRequest } from '../../protos/index.ts';
import { environment, TestLobby } from '../testing/lobby.ts';
import { status } from '../testing/samples.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

function answer(body: LobbyRequest['body']): LobbyReply['body'] {
  if (body.kind === 'callRoom')
    return { kind: 'room', body: { kind: 'status', ...status, people: ['anna'] } };
  if (body.kind === 'joinRoom' && body.room !== 'attic')
    return { kind: 'failure', code: 'NOT_FOUND', message: `there is no room "${body.room}"` };
  return { kind: 'done', note: 'attic' };
}

function jamctl(port: number, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [main, '--coordinator', `127.0.0.1:${port}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
}

test('who joins is there while the room is shown, and leaves with Ctrl-C', async (t) => {
  const lobby = new TestLobby(answer);
  await lobby.start();
  const child = jamctl(lobby.port, 'join', 'attic');
  const seen = Promise.withResolvers<void>();
  child.stdout?.once('data', () => seen.resolve());
  await Promise.race([seen.promise, once(child, 'close')]);
  t.deepEqual(lobby.asked[0], { kind: 'joinRoom', room: 'attic' });
  t.false(
    lobby.asked.some(({ kind }) => kind === 'leaveRoom'),
    'still there',
  );
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  lobby.stop();
  t.is(code, 0);
  t.deepEqual(lobby.asked.at(-1), { kind: 'leaveRoom' });
  const shown = lobby.asked.find((body) => body.kind === 'callRoom');
  t.like(shown, { room: 'attic' }, 'that room is shown, whatever --room says');
});

test("a room that isn't there can't be joined", async (t) => {
  const lobby = new TestLobby(answer);
  await lobby.start();
  const child = jamctl(lobby.port, 'join', 'cellar');
  const [code] = await once(child, 'close');
  lobby.stop();
  t.is(code, 3);
  t.true(lobby.asked.every(({ kind }) => kind === 'joinRoom'));
});
