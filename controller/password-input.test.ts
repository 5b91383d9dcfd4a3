import { Readable } from 'node:stream';
import test from 'ava';
import type { LobbyReply } from '../protos/index.ts';
import { run } from './run.ts';
import { environment, TestLobby } from './testing/lobby.ts';

const identity: LobbyReply['body'] = { kind: 'identity', name: 'anna', role: 'ADMIN', how: 'open' };

/** What jamctl asks when it reads this from its standard input. */
async function asked(input: string, ...args: string[]) {
  const lobby = new TestLobby((body) =>
    body.kind === 'whoAmI' || body.kind === 'login' ? identity : { kind: 'done', note: '' },
  );
  await lobby.start();
  const shown: string[] = [];
  const output = { write: (text: string) => shown.push(text) };
  const io = { stdout: output, stderr: output, stdin: Readable.from([input]), env: environment };
  const code = await run(['--coordinator', `127.0.0.1:${lobby.port}`, ...args], io);
  lobby.stop();
  return { code, asked: lobby.asked, shown: shown.join('') };
}

test('a password is read from standard input, and nowhere shown', async (t) => {
  const {
    code,
    asked: bodies,
    shown,
  } = await asked('an old house\n', 'login', 'anna', '--code', 'ab2c-9xyz');
  t.is(code, 0);
  t.like(bodies[0], { kind: 'login', name: 'anna', password: 'an old house', code: 'ab2c-9xyz' });
  t.false(shown.includes('old house'));
});

test("one's own password is set with the old one, a line each", async (t) => {
  const { asked: bodies } = await asked('old one 1\nnew one 1\n', 'user', 'passwd');
  t.deepEqual(bodies, [{ kind: 'setPassword', name: '', oldPassword: 'old one 1', password: 'new one 1' }]);
});

test("another's password is set without", async (t) => {
  const { asked: bodies } = await asked('new one 1\n', 'user', 'passwd', 'ben');
  t.deepEqual(bodies.at(-1), { kind: 'setPassword', name: 'ben', oldPassword: '', password: 'new one 1' });
});

test('a user is a member unless told otherwise', async (t) => {
  const { asked: bodies } = await asked('new one 1\n', 'user', 'add', 'ben');
  t.deepEqual(bodies, [{ kind: 'addUser', name: 'ben', password: 'new one 1', role: 'MEMBER' }]);
});

test('without a password nothing is asked of the coordinator', async (t) => {
  const { code, asked: bodies, shown } = await asked('', 'login', 'anna');
  t.is(code, 2);
  t.deepEqual(bodies, []);
  t.regex(shown, /no password was given/);
});
