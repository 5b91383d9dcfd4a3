import test from 'ava';
import * as v from 'valibot';
import type { LobbyReply, LobbyRequest } from '../../protos/index.ts';
import { ownVersion } from '../own-version.ts';
import { freePort, jamctl, TestLobby } from '../testing/lobby.ts';

const documented = v.strictObject({
  problems: v.number(),
  warnings: v.number(),
  findings: v.array(
    v.strictObject({
      check: v.string(),
      verdict: v.picklist(['ok', 'warning', 'problem']),
      found: v.string(),
      advice: v.string(),
    }),
  ),
});

test('doctor finds what is wrong, says what to do, and ends with its exit code', async (t) => {
  const answer = (body: LobbyRequest['body']): LobbyReply['body'] => {
    if (body.kind === 'listSpeakers') return { kind: 'speakers', speakers: [] };
    if (body.kind === 'listRooms') return { kind: 'failure', code: 'FORBIDDEN', message: 'log in' };
    const ports = { mediaPort: lobby.port, clockPort: lobby.port };
    return { kind: 'info', name: 'attic', version: ownVersion(), clockId: 'c', security: 'none', ...ports };
  };
  const lobby = new TestLobby(answer);
  await lobby.start();
  const { code, out, err } = await jamctl(lobby.port, 'doctor', '--json');
  lobby.stop();
  t.is(err, '');
  const { problems, findings } = v.parse(documented, JSON.parse(out));
  // Nothing listens where room main would.
  t.is(code, 11);
  t.true(problems > 0);
  const told = findings.map(({ check, verdict, found }) => `${check} ${verdict}: ${found}`).join('\n');
  t.regex(told, /^home ok: the coordinator attic at 127\.0\.0\.1:\d+ answers/m);
  t.regex(told, /^ports problem: .*can't be reached \(refused\): .* events of main/m);
  t.regex(told, /^home warning: no speaker has ever been here/m);
});

test('without a coordinator doctor tells of the host, and that there is none', async (t) => {
  const { code, out } = await jamctl(await freePort(), 'doctor');
  t.is(code, 11);
  t.regex(out, /^ok +time /m);
  t.regex(out, /^problem +home +nothing listens at 127\.0\.0\.1:\d+.*\n +→ start jam-coordinator/m);
  t.regex(out, /\d problems?, \d+ warnings?\.\n$/);
});
