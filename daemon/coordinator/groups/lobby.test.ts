import test from 'ava';
import type { LobbyReply } from '../../../protos/index.ts';
import { type PeopledHome, sharedHome } from './people.fixture.ts';

// The lobby: join, leave, create room, duplicate names. A coordinator as people have it, over its sockets.

let home: PeopledHome;
let endAll = async () => {};

test.before(async () => {
  ({ home, endAll } = await sharedHome());
});
test.after.always(() => endAll());

type Reply = LobbyReply['body'];

const messageOf = (reply: Reply): string => (reply.kind === 'failure' ? reply.message : '');
const roomsOf = (reply: Reply) =>
  reply.kind === 'rooms' ? reply.rooms.map(({ name, people }) => ({ name, people })) : [];

test.serial('join and leave: who is in a room is seen by the others', async (t) => {
  const { anna } = home;
  const ben = await home.person('Ben', 'GUEST');
  await anna.do({ kind: 'createRoom', name: 'kitchen' });
  await anna.do({ kind: 'joinRoom', room: 'kitchen' });
  await ben.do({ kind: 'joinRoom', room: 'Kitchen' });
  await ben.do({ kind: 'stillHere' });
  t.deepEqual(roomsOf(await ben.ask({ kind: 'listRooms' })), [
    { name: 'main', people: [] },
    { name: 'kitchen', people: ['Ben', 'anna'] },
  ]);
  await ben.do({ kind: 'joinRoom', room: 'main' });
  t.deepEqual(roomsOf(await anna.ask({ kind: 'listRooms' })), [
    { name: 'main', people: ['Ben'] },
    { name: 'kitchen', people: ['anna'] },
  ]);
  await ben.do({ kind: 'leaveRoom' });
  t.deepEqual((await anna.status()).people, []);
  t.like(await ben.ask({ kind: 'joinRoom', room: 'attic' }), { kind: 'failure', code: 'NOT_FOUND' });
});

test.serial('create room: it has a process of its own, and who may not is told so', async (t) => {
  const { anna } = home;
  const member = await home.person('Mia', 'MEMBER');
  const stranger = await home.client();
  const before = (await home.home.roomPids()).length;
  await anna.do({ kind: 'createRoom', name: 'cellar' });
  t.is((await home.home.roomPids()).length, before + 1);
  t.is((await member.status('cellar')).state, 'STOPPED');
  t.like(await member.ask({ kind: 'createRoom', name: 'attic' }), { kind: 'failure', code: 'FORBIDDEN' });
  t.like(await stranger.ask({ kind: 'createRoom', name: 'attic' }), {
    kind: 'failure',
    code: 'UNAUTHENTICATED',
  });
  t.is((await home.home.roomPids()).length, before + 1);
});

test.serial('duplicate names: of a room, a user and a speaker, each refused with the reason', async (t) => {
  const { anna } = home;
  await anna.do({ kind: 'createRoom', name: 'Küche' });
  const room = await anna.ask({ kind: 'createRoom', name: 'KU\u0308CHE' });
  t.regex(messageOf(room), /there is a room "Küche" already/);
  await home.person('Zoë', 'MEMBER');
  const user = await anna.ask({ kind: 'addUser', name: 'ZOË', password: 'another one', role: 'GUEST' });
  t.regex(messageOf(user), /there is a user "Zoë" already/);
  const hello = { kind: 'hello', name: 'Shelf', version: '1', device: '' } as const;
  t.like(await anna.ask({ ...hello, speakerId: 's1' }), { kind: 'assignment' });
  const speaker = await anna.ask({ ...hello, speakerId: 's2', name: 'shelf' });
  t.regex(messageOf(speaker), /another speaker named "Shelf" is running/);
});

test.serial('a second session of the same person is no duplicate', async (t) => {
  const { anna } = home;
  const phone = await home.client();
  t.like(await phone.login('ANNA'), { kind: 'identity', name: 'anna', role: 'ADMIN' });
  const sessions = await anna.ask({ kind: 'listSessions' });
  const all = sessions.kind === 'sessions' ? sessions.sessions : [];
  t.is(all.filter(({ name }) => name === 'anna').length, 2);
});

test.serial('kill -9: who was logged in still is, and a repeated request is not done again', async (t) => {
  const { anna } = home;
  const cleo = await home.person('Cleo', 'MEMBER');
  const create = { kind: 'createRoom', name: 'study' } as const;
  t.like(await anna.ask(create, 'once'), { kind: 'done' });
  await home.home.end('SIGKILL');
  await home.again();
  t.like(await anna.ask(create, 'once'), { kind: 'done' });
  t.like(await anna.ask(create, 'another'), { kind: 'failure', code: 'REFUSED' });
  t.like(await cleo.ask({ kind: 'whoAmI' }), { kind: 'identity', name: 'Cleo', how: 'session' });
  const users = await anna.ask({ kind: 'listUsers' });
  t.true(users.kind === 'users' && users.users.some(({ name }) => name === 'Cleo'));
});
