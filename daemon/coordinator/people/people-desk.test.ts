import test, { type ExecutionContext } from 'ava';
import type { LobbyReply, PersonSession } from '../../../protos/index.ts';
import { newKeyPair } from '../../security/keys.ts';
import { type DeskHome, PASSWORD, type Person, startedDesk } from './desk.fixture.ts';

type Reply = LobbyReply['body'];

const newDevice = (): Person => ({ key: newKeyPair().publicKey });
const login = (name: string, password = PASSWORD, code = '') =>
  ({ kind: 'login', name, password, code, client: 'desk' }) as const;
const messageOf = (reply: Reply): string => (reply.kind === 'failure' ? reply.message : '');
const codeOf = (home: DeskHome): string =>
  /--code ([a-z0-9-]+)/.exec(home.lines.filter((line) => line.includes('--code')).at(-1) ?? '')?.[1] ?? '';

async function sessionsOf(home: DeskHome, by: Person): Promise<PersonSession[]> {
  const reply = await home.ask(by, { kind: 'listSessions' });
  return reply.kind === 'sessions' ? reply.sessions : [];
}

test('the first start tells a code, the same again after a restart, until it has made an admin', async (t) => {
  const home = await startedDesk(t);
  const code = codeOf(home);
  t.regex(code, /^[a-z0-9]{4}-[a-z0-9]{4}$/);
  await home.stop();
  await home.start();
  t.is(codeOf(home), code);
  const anna = newDevice();
  t.like(await home.ask(anna, login('Anna', PASSWORD, 'zzzz-zzzz')), { code: 'UNAUTHENTICATED' });
  const reply = await home.ask(anna, login('Anna', PASSWORD, code.toUpperCase()));
  t.like(reply, { kind: 'identity', name: 'Anna', role: 'ADMIN', how: 'session' });
  t.like(await home.ask(newDevice(), login('Ben', PASSWORD, code)), { code: 'UNAUTHENTICATED' });
  const lines = home.lines.length;
  await home.stop();
  await home.start();
  t.false(
    home.lines.slice(lines).some((line) => line.includes('--code')),
    'it is told no more',
  );
  t.like(await home.ask(anna, { kind: 'whoAmI' }), { name: 'Anna', role: 'ADMIN' });
});

test('a second session of a person is a second session', async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'MEMBER' });
  const phone = newDevice();
  t.like(await home.ask(phone, login('ANNA')), { kind: 'identity', name: 'anna' });
  t.deepEqual(
    (await sessionsOf(home, anna)).map(({ name }) => name),
    ['anna', 'anna'],
  );
  await home.ask(phone, { kind: 'logout' });
  t.like(await home.ask(phone, { kind: 'whoAmI' }), { how: 'stranger' });
  t.like(await home.ask(anna, { kind: 'whoAmI' }), { name: 'anna' });
});

test("one sees and ends one's own sessions, an admin everybody's", async (t) => {
  const home = await startedDesk(t);
  const { anna, ben } = await home.people({ anna: 'ADMIN', ben: 'GUEST' });
  t.deepEqual(
    (await sessionsOf(home, ben)).map(({ sessionId }) => sessionId),
    ['of ben'],
  );
  t.is((await sessionsOf(home, anna)).length, 2);
  t.like(await home.ask(ben, { kind: 'endSession', sessionId: 'of anna' }), { code: 'FORBIDDEN' });
  t.like(await home.ask(anna, { kind: 'endSession', sessionId: 'of ben' }), { kind: 'done' });
  t.like(await home.ask(ben, { kind: 'whoAmI' }), { how: 'stranger' });
  t.like(await home.ask(anna, { kind: 'endSession', sessionId: 'of ben' }), { code: 'NOT_FOUND' });
});

test('a session ends when it is not used for 30 days, however often it was used before', async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'MEMBER' });
  for (let i = 0; i < 3; i += 1) {
    home.laterMs += 29 * 24 * 3_600_000;
    t.like(await home.ask(anna, { kind: 'whoAmI' }), { how: 'session' });
  }
  home.laterMs += 30 * 24 * 3_600_000;
  t.like(await home.ask(anna, { kind: 'whoAmI' }), { how: 'stranger' });
  t.like(await home.ask(anna, { kind: 'listRooms' }), { code: 'UNAUTHENTICATED' });
});

test('a new password ends all other sessions, and the old one has to be known', async (t) => {
  const home = await startedDesk(t);
  const { ben } = await home.people({ anna: 'ADMIN', ben: 'MEMBER' });
  const phone = newDevice();
  await home.ask(phone, login('ben'));
  const change = { kind: 'setPassword', name: '', password: 'a new house' } as const;
  t.like(await home.ask(ben, { ...change, oldPassword: 'wrong' }), { code: 'UNAUTHENTICATED' });
  t.like(await home.ask(ben, { ...change, oldPassword: PASSWORD }), { kind: 'done' });
  t.like(await home.ask(ben, { kind: 'whoAmI' }), { how: 'session' });
  t.like(await home.ask(phone, { kind: 'whoAmI' }), { how: 'stranger' });
  t.like(await home.ask(phone, login('ben')), { code: 'UNAUTHENTICATED' });
  t.like(await home.ask(phone, login('ben', 'a new house')), { how: 'session' });
});

test('who is removed is logged out', async (t) => {
  const home = await startedDesk(t);
  const { anna, ben } = await home.people({ anna: 'ADMIN', ben: 'MEMBER' });
  t.like(await home.ask(anna, { kind: 'removeUser', name: 'BEN' }), { kind: 'done' });
  t.like(await home.ask(ben, { kind: 'listRooms' }), { code: 'UNAUTHENTICATED' });
  t.like(await home.ask(anna, { kind: 'removeUser', name: 'anna' }), { code: 'REFUSED' });
});

test('a name that somebody has is refused with that reason', async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'ADMIN' });
  const reply = await home.ask(anna, { kind: 'addUser', name: 'ＡNNA', password: PASSWORD, role: 'GUEST' });
  t.like(reply, { code: 'REFUSED' });
  t.regex(messageOf(reply), /there is a user "anna" already/);
});

test('a guesser learns no names, and has to wait, in the log too', async (t) => {
  const home = await startedDesk(t);
  await home.people({ anna: 'ADMIN' });
  const guesser = newDevice();
  const unknown = await home.ask(guesser, login('nobody', 'guess it'));
  t.deepEqual(await home.ask(guesser, login('anna', 'guess it')), unknown);
  await home.ask(guesser, login('anna', 'guess it'));
  const waiting = await home.ask(guesser, login('anna'));
  t.like(waiting, { code: 'BUSY' });
  t.regex(messageOf(waiting), /too many wrong tries: try again in 2 s/);
  t.true(home.lines.some((line) => /a login failed, 3 in a row .* the next may be in 2 s/.test(line)));
  home.laterMs += 2001;
  t.like(await home.ask(guesser, login('anna')), { how: 'session' });
});

test("many guesses at once are one at a time: most aren't even looked at", async (t) => {
  const home = await startedDesk(t);
  await home.people({ anna: 'ADMIN' });
  const replies = await Promise.all(
    Array.from({ length: 100 }, (_, i) => home.ask(newDevice(), login('anna', `guess ${i} it`))),
  );
  const looked = replies.filter((reply) => reply.kind === 'failure' && reply.code === 'UNAUTHENTICATED');
  t.is(looked.length, 3);
  t.true(replies.every((reply) => reply.kind === 'failure'));
});

test('who has joined a room is shown there, and in the list of rooms, until they leave', async (t) => {
  const home = await startedDesk(t);
  const { anna, ben } = await home.people({ anna: 'ADMIN', ben: 'GUEST' });
  await home.ask(anna, { kind: 'createRoom', name: 'Kitchen' });
  await home.ask(anna, { kind: 'joinRoom', room: 'kitchen' });
  await home.ask(ben, { kind: 'joinRoom', room: 'KITCHEN' });
  t.deepEqual(await peopleIn(t, home, ben, 'kitchen'), ['anna', 'ben']);
  t.is((await sessionsOf(home, ben))[0]?.room, 'Kitchen');
  await home.ask(ben, { kind: 'leaveRoom' });
  t.deepEqual(await peopleIn(t, home, ben, 'kitchen'), ['anna']);
  t.like(await home.ask(ben, { kind: 'stillHere' }), { code: 'REFUSED' });
  await home.ask(anna, { kind: 'deleteRoom', name: 'kitchen' });
  t.deepEqual(await peopleIn(t, home, ben, 'main'), ['anna'], 'of a room that is gone they are in main');
});

test('a client that vanishes leaves by itself, one that says it is there stays', async (t) => {
  const home = await startedDesk(t);
  const { anna, ben } = await home.people({ anna: 'ADMIN', ben: 'GUEST' });
  for (const by of [anna, ben]) await home.ask(by, { kind: 'joinRoom', room: 'main' });
  home.laterMs += 30_000;
  t.like(await home.ask(anna, { kind: 'stillHere' }), { kind: 'done', note: 'main' });
  home.laterMs += 20_000;
  t.deepEqual(await peopleIn(t, home, anna, 'main'), ['anna']);
  t.like(await home.ask(ben, { kind: 'stillHere' }), { code: 'NOT_FOUND' });
});

test('whose session ends is nowhere', async (t) => {
  const home = await startedDesk(t);
  const { anna, ben } = await home.people({ anna: 'ADMIN', ben: 'GUEST' });
  await home.ask(ben, { kind: 'joinRoom', room: 'main' });
  await home.ask(anna, { kind: 'endSession', sessionId: 'of ben' });
  t.deepEqual(await peopleIn(t, home, anna, 'main'), []);
});

test("a speaker can't pass for another", async (t) => {
  const home = await startedDesk(t);
  const shelf = await home.speaker('shelf', 'shelf');
  await home.speaker('attic', 'attic');
  const hello = { kind: 'hello', name: 'attic', version: '1', device: '' } as const;
  t.like(await home.ask(shelf, { ...hello, speakerId: 'attic' }), { code: 'FORBIDDEN' });
});

async function peopleIn(t: ExecutionContext, home: DeskHome, by: Person, room: string): Promise<string[]> {
  const rooms = await home.ask(by, { kind: 'listRooms' });
  const listed = rooms.kind === 'rooms' ? rooms.rooms : [];
  const body = { kind: 'getStatus' } as const;
  const status = await home.ask(by, { kind: 'callRoom', room, command: { body } });
  const people = status.kind === 'room' && status.body.kind === 'status' ? status.body.people : ['nothing'];
  const entry = listed.find(({ name }) => name.toLowerCase() === room);
  t.deepEqual(entry?.people, people);
  return people;
}
