import test from 'ava';
import { publishKeys } from '../daemon/security/runtime-keys.ts';
import type { LobbyReply, LobbyRequest } from '../protos/index.ts';
import { environment, freePort, jamctl, TestLobby } from './testing/lobby.ts';
import { report, status, track } from './testing/samples.ts';

const entry = { atUnixMs: 0, by: 'ben', room: 'main', action: 'next', outcome: 'at Title', done: true };
const personSession = {
  sessionId: '1f9a03c2',
  name: 'anna',
  role: 'ADMIN',
  client: 'desk',
  createdUnixMs: Date.now() - 3 * 86_400_000,
  lastSeenUnixMs: Date.now() - 60_000,
  expiresUnixMs: Date.now() + 86_400_000,
  room: 'main',
} as const;
const done: LobbyReply['body'] = { kind: 'done', note: 'done so' };
const roomDone: LobbyReply['body'] = { kind: 'room', body: { kind: 'done', note: 'done so' } };

function answer(body: LobbyRequest['body']): LobbyReply['body'] {
  switch (body.kind) {
    case 'callRoom':
      if (body.command.body.kind === 'getStatus')
        return { kind: 'room', body: { kind: 'status', ...status } };
      if (body.command.body.kind === 'getQueue') {
        return { kind: 'room', body: { kind: 'queue', items: [{ itemId: 'i1', track }], current: 1 } };
      }
      return roomDone;
    case 'getInfo':
      return {
        kind: 'info',
        name: 'attic',
        version: '9.9.9',
        mediaPort: 7403,
        clockPort: 7402,
        clockId: 'c',
        security: 'curve',
      };
    case 'listRooms':
      return {
        kind: 'rooms',
        rooms: [
          {
            roomId: 'room1',
            name: 'main',
            running: true,
            state: 'PLAYING',
            title: 'Title',
            speakers: 2,
            speakersOnline: 1,
            people: ['anna', 'ben'],
            lastAction: { ...entry, atUnixMs: Date.now() - 125_000 },
          },
        ],
      };
    case 'whoAmI':
      return { kind: 'identity', name: 'anna', role: 'ADMIN', how: 'session', session: personSession };
    case 'listUsers':
      return { kind: 'users', users: [{ name: 'anna', role: 'ADMIN', sessions: 1 }] };
    case 'listSessions':
      return { kind: 'sessions', sessions: [personSession] };
    case 'getHistory':
      return {
        kind: 'history',
        entries: [
          entry,
          { ...entry, action: 'room delete main', room: '', outcome: 'a member may not', done: false },
        ],
      };
    case 'listSpeakers':
      return {
        kind: 'speakers',
        speakers: [
          {
            speakerId: 's1',
            name: 'kitchen',
            room: 'main',
            online: true,
            volume: 70,
            muted: false,
            delayUs: 12500,
            version: '0.1.0',
            device: 'default',
            pending: false,
            code: '',
          },
          {
            speakerId: 's2',
            name: 'shelf',
            room: '',
            online: true,
            volume: 100,
            muted: false,
            delayUs: 0,
            version: '0.1.0',
            device: 'default',
            pending: true,
            code: '012345',
          },
        ],
      };
    default:
      return done;
  }
}

const withLobby = test.macro({
  async exec(t, args: string[], expected: LobbyRequest['body']) {
    const lobby = new TestLobby(answer);
    await lobby.start();
    const outcome = await jamctl(lobby.port, ...args);
    lobby.stop();
    // On a busy machine it may have asked again before the reply was there.
    const asked = lobby.asked.filter((_, i) => lobby.requestIds.indexOf(lobby.requestIds[i] ?? '') === i);
    t.deepEqual(asked.map(withoutAge), [expected], outcome.err);
    t.is(outcome.code, 0);
    t.is(outcome.out, 'done so\n');
  },
  title: (_, args: string[]) => `"${args.join(' ')}" asks for what it says`,
});

/** When it was given is another test's. */
function withoutAge(asked: LobbyRequest['body']): LobbyRequest['body'] {
  if (asked.kind !== 'callRoom' || !('askedMsAgo' in asked.command.body)) return asked;
  const { askedMsAgo, ...body } = asked.command.body;
  return { ...asked, command: { body } };
}

const inRoom = (
  body: Extract<LobbyRequest['body'], { kind: 'callRoom' }>['command']['body'],
  room = 'main',
) => ({ kind: 'callRoom', room, command: { body } }) as const;

test(withLobby, ['play'], inRoom({ kind: 'play' }));
test(withLobby, ['play', '3'], inRoom({ kind: 'play', position: 3 }));
test(withLobby, ['pause'], inRoom({ kind: 'pause' }));
test(withLobby, ['toggle'], inRoom({ kind: 'toggle' }));
test(withLobby, ['stop'], inRoom({ kind: 'stop' }));
test(withLobby, ['next'], inRoom({ kind: 'next' }));
test(withLobby, ['prev'], inRoom({ kind: 'prev' }));
test(withLobby, ['clear'], inRoom({ kind: 'clear' }));
test(withLobby, ['remove', '2', '5'], inRoom({ kind: 'remove', positions: [2, 5] }));
test(withLobby, ['move', '5', '1'], inRoom({ kind: 'move', from: 5, to: 1 }));
test(withLobby, ['seek', '1:30'], inRoom({ kind: 'seek', seconds: 90, relative: false }));
test(withLobby, ['seek', '+10'], inRoom({ kind: 'seek', seconds: 10, relative: true }));
test(withLobby, ['seek', '-10'], inRoom({ kind: 'seek', seconds: -10, relative: true }));
test(withLobby, ['seek', '-1:30.5'], inRoom({ kind: 'seek', seconds: -90.5, relative: true }));
test(withLobby, ['volume', '40'], inRoom({ kind: 'setVolume', volume: 40 }));
test(withLobby, ['volume', '-5'], inRoom({ kind: 'setVolume', change: -5 }));
test(withLobby, ['volume', '-5', '--speaker', 'kitchen'], {
  kind: 'setSpeakerVolume',
  name: 'kitchen',
  change: -5,
});
test(withLobby, ['mute'], inRoom({ kind: 'setMuted', muted: true }));
test(withLobby, ['unmute', '--speaker', 'kitchen'], {
  kind: 'setSpeakerMuted',
  name: 'kitchen',
  muted: false,
});
test(withLobby, ['--room', 'attic', 'pause'], inRoom({ kind: 'pause' }, 'attic'));
test(withLobby, ['room', 'create', 'attic'], { kind: 'createRoom', name: 'attic' });
test(withLobby, ['room', 'delete', 'attic'], { kind: 'deleteRoom', name: 'attic' });
test(withLobby, ['room', 'rename', 'attic', 'loft'], { kind: 'renameRoom', name: 'attic', newName: 'loft' });
test(withLobby, ['speaker', 'move', 'kitchen', 'attic'], {
  kind: 'moveSpeaker',
  name: 'kitchen',
  room: 'attic',
});
test(withLobby, ['speaker', 'adopt', 'shelf', '--code', '012345'], {
  kind: 'adoptSpeaker',
  name: 'shelf',
  code: '012345',
});
test(withLobby, ['speaker', 'forget', 'shelf'], { kind: 'forgetSpeaker', name: 'shelf' });
test(withLobby, ['key', 'rotate'], { kind: 'rotateKey' });
test(withLobby, ['speaker', 'delay', 'kitchen', '-3.5'], {
  kind: 'setSpeakerDelay',
  name: 'kitchen',
  delayUs: -3500,
});
test(withLobby, ['speaker', 'rename', 'a', 'b'], { kind: 'renameSpeaker', name: 'a', newName: 'b' });

test(withLobby, ['room', 'set', 'attic', '--may-add', 'guest', '--default-volume', '40', '--hold-ms', '0'], {
  kind: 'setRoomSettings',
  name: 'attic',
  mayAdd: 'GUEST',
  defaultVolume: 40,
  holdMs: 0,
});
test(withLobby, ['logout'], { kind: 'logout' });
test(withLobby, ['session', 'end', '1f9a03c2'], { kind: 'endSession', sessionId: '1f9a03c2' });
test(withLobby, ['user', 'remove', 'ben'], { kind: 'removeUser', name: 'ben' });
test(withLobby, ['user', 'role', 'ben', 'admin'], { kind: 'setRole', name: 'ben', role: 'ADMIN' });
test(withLobby, ['leave'], { kind: 'leaveRoom' });

const shows = test.macro({
  async exec(t, args: string[], expected: RegExp) {
    const lobby = new TestLobby(answer);
    await lobby.start();
    const outcome = await jamctl(lobby.port, ...args);
    const document = await jamctl(lobby.port, '--json', ...args);
    lobby.stop();
    t.is(outcome.code, 0, outcome.err);
    t.regex(outcome.out, expected);
    t.is(document.out.trimEnd().split('\n').length, 1, 'one JSON document');
    t.notThrows(() => JSON.parse(document.out));
  },
  title: (_, args: string[]) => `"${args.join(' ')}" shows it as a table and as JSON`,
});

test(shows, ['queue'], /\* +1 +Title +Artist +3:45 +MP3 44.1 kHz stereo/);
test(shows, ['status'], /kitchen +sounding +12 µs late/);
test(shows, ['rooms'], /main +playing +1 of 2 online +anna, ben +next, by ben, 2 min ago +Title/);
test(shows, ['speakers'], /kitchen +main +online +70 +12.5 ms +default[\s\S]*shelf +– +pending, code 012345/);
test(shows, ['volume'], /^main: volume 80\n/);
test(shows, ['volume', '--speaker', 'kitchen'], /^kitchen: volume 70\n/);
test(shows, ['whoami'], /^anna, admin \(session 1f9a03c2\)\n/);
test(shows, ['users'], /anna +admin +1\n/);
test(shows, ['sessions'], /1f9a03c2 +anna +admin +desk +main +3 days ago +1 min ago/);
test(shows, ['history', '-n', '5'], /ben +– +room delete main +not done: a member may not\n/);
test(shows, ['version'], /coordinator attic at 127.0.0.1:\d+: 9.9.9/);

test('the status document has units in its names, and null for what is not known', async (t) => {
  const { spreadBoundUs: _, item: __, ...rest } = status;
  const lobby = new TestLobby(() => ({ kind: 'room', body: { kind: 'status', ...rest } }));
  await lobby.start();
  const document = JSON.parse((await jamctl(lobby.port, 'status', '--json')).out);
  lobby.stop();
  t.is(document.spreadBoundUs, null);
  t.is(document.track, null);
  t.like(document, { room: 'main', state: 'playing', positionS: 83.4 });
  t.like(document.speakers[0], { name: 'kitchen', clock: { state: 'synchronized', driftPpm: 3.2 } });
  t.is(document.speakers[0].playout.errorUs, report.playout.errorUs);
  t.is(document.speakers[1].playout, null);
});

const failsWith = test.macro({
  async exec(
    t,
    code: 'REFUSED' | 'NOT_FOUND' | 'BAD_REQUEST' | 'STORAGE' | 'VERSION' | 'INTERNAL',
    exit: number,
  ) {
    const lobby = new TestLobby(() => ({ kind: 'failure', code, message: 'so it \x1b[2J is' }));
    await lobby.start();
    const outcome = await jamctl(lobby.port, 'play');
    const json = await jamctl(lobby.port, '--json', 'play');
    lobby.stop();
    t.deepEqual(outcome, { code: exit, out: '', err: 'jamctl: so it ␛[2J is\n' });
    t.is(json.code, exit);
    t.is(json.err, '');
    t.deepEqual(JSON.parse(json.out), { error: { code, message: 'so it \x1b[2J is' } });
  },
  title: (_, code, exit) => `the coordinator's ${code} ends in exit code ${exit} and its sentence`,
});

test(failsWith, 'REFUSED', 3);
test(failsWith, 'NOT_FOUND', 3);
test(failsWith, 'BAD_REQUEST', 2);
test(failsWith, 'STORAGE', 6);
test(failsWith, 'VERSION', 7);
test(failsWith, 'INTERNAL', 1);

test('a room that refuses is told of as the lobby is', async (t) => {
  const body = { kind: 'failure', code: 'REFUSED', message: 'the queue is empty' } as const;
  const lobby = new TestLobby(() => ({ kind: 'room', body }));
  await lobby.start();
  t.deepEqual(await jamctl(lobby.port, 'play'), { code: 3, out: '', err: 'jamctl: the queue is empty\n' });
  lobby.stop();
});

test('a coordinator that is busy for a moment is asked again', async (t) => {
  let asked = 0;
  const lobby = new TestLobby(() =>
    ++asked < 3 ? { kind: 'failure', code: 'BUSY', message: 'busy' } : roomDone,
  );
  await lobby.start();
  t.is((await jamctl(lobby.port, 'play')).code, 0);
  t.is(asked, 3);
  lobby.stop();
});

test('it is asked again when it has said, as the same request', async (t) => {
  const at: number[] = [];
  const lobby = new TestLobby(() => {
    at.push(performance.now());
    const busy = { kind: 'failure', code: 'BUSY', message: 'busy', retryAfterMs: 400 } as const;
    return at.length === 1 ? { kind: 'room', body: busy } : roomDone;
  });
  await lobby.start();
  t.is((await jamctl(lobby.port, 'pause')).code, 0);
  const [first = 0, second = 0] = at;
  t.true(second - first >= 399, `after ${second - first} ms`);
  t.is(new Set(lobby.requestIds).size, 1);
  lobby.stop();
});

test('with --no-retry busy is told at once', async (t) => {
  const lobby = new TestLobby(() => ({ kind: 'failure', code: 'BUSY', message: 'busy' }));
  await lobby.start();
  t.is((await jamctl(lobby.port, '--no-retry', 'next')).code, 5);
  t.is(lobby.asked.length, 1);
  lobby.stop();
});

test('what is relative says with each try how long ago it was given', async (t) => {
  const busy = { kind: 'failure', code: 'BUSY', message: 'busy', retryAfterMs: 300 } as const;
  const lobby = new TestLobby(() => (lobby.asked.length === 1 ? busy : roomDone));
  await lobby.start();
  t.is((await jamctl(lobby.port, 'next')).code, 0);
  const [first = 0, second = 0] = lobby.asked.map((body) =>
    body.kind === 'callRoom' && body.command.body.kind === 'next' ? body.command.body.askedMsAgo : undefined,
  );
  t.true(first >= 0 && second - first >= 299, `${first} ms, then ${second} ms`);
  lobby.stop();
});

test('a reply that is lost is asked for again, as the same request', async (t) => {
  const lobby = new TestLobby(() => (lobby.asked.length === 1 ? undefined : roomDone));
  await lobby.start();
  t.is((await jamctl(lobby.port, 'next')).code, 0);
  t.is(new Set(lobby.requestIds).size, 1);
  t.is(lobby.asked.length, 2);
  lobby.stop();
});

test('so is one of the lobby itself', async (t) => {
  const lobby = new TestLobby(() => (lobby.asked.length === 1 ? undefined : done));
  await lobby.start();
  t.is((await jamctl(lobby.port, 'room', 'create', 'attic')).code, 0);
  t.is(new Set(lobby.requestIds).size, 1);
  t.is(lobby.asked.length, 2);
  lobby.stop();
});

test('a coordinator that stays busy ends in exit code 5 after about a second', async (t) => {
  const lobby = new TestLobby(() => ({ kind: 'failure', code: 'BUSY', message: 'busy' }));
  await lobby.start();
  const startedMs = performance.now();
  t.is((await jamctl(lobby.port, 'play')).code, 5);
  const tookMs = performance.now() - startedMs;
  t.true(tookMs > 800 && tookMs < 3000, `${tookMs} ms`);
  lobby.stop();
});

test('nobody at the address: a sentence with host and port, long before the deadline', async (t) => {
  const port = await freePort();
  const startedMs = performance.now();
  const outcome = await jamctl(port, '--timeout', '20', 'status');
  t.is(outcome.code, 4);
  t.regex(outcome.err, new RegExp(`^jamctl: nothing listens at 127.0.0.1:${port}: check `));
  t.true(performance.now() - startedMs < 10_000);
});

test('a coordinator that is only just coming up is waited for', async (t) => {
  const lobby = new TestLobby(answer);
  const port = await freePort();
  publishKeys(port, { security: 'none' }, environment);
  const outcome = jamctl(port, 'pause');
  setTimeout(() => void lobby.start(port), 500);
  t.is((await outcome).code, 0);
  lobby.stop();
});

test('something else at the address is told of at the deadline', async (t) => {
  const { createServer } = await import('node:net');
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const outcome = await jamctl(port, '--timeout', '0.6', 'status');
  t.is(outcome.code, 4);
  t.regex(outcome.err, /something listens at .* no coordinator .* within 0.6 s/);
  server.close();
});

const misused = test.macro({
  async exec(t, args: string[], message: RegExp) {
    const outcome = await jamctl(9, ...args);
    t.is(outcome.code, 2);
    t.regex(outcome.err, message);
    const json = await jamctl(9, '--json', ...args);
    t.is(json.err, '');
    t.is(JSON.parse(json.out).error.code, 'USAGE');
  },
  title: (_, args: string[]) => `"${args.join(' ')}" is a wrong command line`,
});

test(misused, ['dance'], /unknown command 'dance'/);
test(misused, ['seek'], /missing required argument 'time'/);
test(misused, ['seek', 'soon'], /'soon' is no time/);
test(misused, ['seek', '--soon'], /'--soon' is no time/);
test(misused, ['play', '0'], /'0' is no position/);
test(misused, ['volume', '101'], /'101' is no volume/);
test(misused, ['history', '-n', '0'], /'0' is no number of entries/);
test(misused, ['user', 'role', 'ben', 'boss'], /'boss' is no role: give guest, member or admin/);
test(misused, ['room', 'set', 'attic', '--hold-ms', '9999'], /'9999' is no hold/);
test(misused, ['login', 'anna'], /no password was given/);
test(misused, ['status', '--loud'], /unknown option '--loud'/);
test(misused, ['--timeout', '0', 'status'], /'0' is no timeout/);
test(misused, ['completion', 'tcsh'], /'tcsh' is no shell/);

test('help and --version are no failures', async (t) => {
  t.regex((await jamctl(9, '--help')).out, /Exit codes:\n {2}0 {2}done/);
  t.regex((await jamctl(9, 'help', 'seek')).out, /jamctl seek \+10/);
  const version = await jamctl(9, '--version');
  t.is(version.code, 0);
  t.regex(version.out, /^\d+\.\d+\.\d+\n$/);
});
