import test from 'ava';
import type { HistoryEntry, LobbyRequest, RoomCommand } from '../../protos/index.ts';
import { newKeyPair } from '../security/keys.ts';
import { type DeskHome, PASSWORD, type Person, startedDesk } from './people/desk.fixture.ts';
import { trackOf } from './room/room.fixture.ts';

type Body = LobbyRequest['body'];

const inRoom = (body: RoomCommand['body'], room = 'main'): Body => ({
  kind: 'callRoom',
  room,
  command: { body },
});

async function historyOf(home: DeskHome, by: Person, limit = 0): Promise<HistoryEntry[]> {
  const reply = await home.ask(by, { kind: 'getHistory', limit });
  return reply.kind === 'history' ? reply.entries : [];
}

async function roomNames(home: DeskHome, by: Person): Promise<string[]> {
  const reply = await home.ask(by, { kind: 'listRooms' });
  return reply.kind === 'rooms' ? reply.rooms.map(({ name }) => name) : [];
}

async function queueLength(home: DeskHome, by: Person): Promise<number> {
  const reply = await home.ask(by, inRoom({ kind: 'getQueue' }));
  return reply.kind === 'room' && reply.body.kind === 'queue' ? reply.body.items.length : -1;
}

test('the history tells who did what, newest first, and what was refused with the reason', async (t) => {
  const home = await startedDesk(t);
  const { anna, ben } = await home.people({ anna: 'ADMIN', ben: 'GUEST' });
  await home.ask(anna, { kind: 'createRoom', name: 'kitchen' });
  await home.ask(anna, inRoom({ kind: 'setVolume', volume: 30 }));
  await home.ask(ben, inRoom({ kind: 'setVolume', volume: 100 }, 'MAIN'));
  await home.ask(ben, { kind: 'getHistory', limit: 5 });
  const entries = await historyOf(home, ben);
  t.deepEqual(
    entries.map(({ atUnixMs: _, ...entry }) => entry),
    [
      {
        by: 'ben',
        room: 'main',
        action: 'volume 100',
        outcome: 'a guest may not do this here, a member may',
        done: false,
      },
      { by: 'anna', room: 'main', action: 'volume 30', outcome: 'volume 30', done: true },
      { by: 'anna', room: '', action: 'room create kitchen', outcome: '', done: true },
    ],
  );
  t.is((await historyOf(home, ben, 1)).length, 1);
});

test('the history is still there after a restart', async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'ADMIN' });
  await home.ask(anna, { kind: 'createRoom', name: 'kitchen' });
  const before = await historyOf(home, anna);
  await home.stop();
  await home.start();
  t.deepEqual(await historyOf(home, anna), before);
});

test('no password and no code is in the history, the log or the database', async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'ADMIN' });
  const secret = 'hush-hush-hush';
  const stranger = { key: newKeyPair().publicKey };
  await home.ask(anna, { kind: 'addUser', name: 'ben', password: `${secret}-1`, role: 'GUEST' });
  await home.ask(anna, { kind: 'setPassword', name: 'ben', password: `${secret}-2`, oldPassword: '' });
  const login = { kind: 'login', password: `${secret}-3`, client: '' } as const;
  await home.ask(stranger, { ...login, name: 'ben', code: '' });
  await home.ask(stranger, { ...login, name: secret, code: '' });
  await home.ask(anna, { kind: 'adoptSpeaker', name: 'shelf', code: secret });
  const entries = await historyOf(home, anna);
  t.true(entries.some(({ action, by }) => action === 'login as ben' && by === 'a stranger'));
  await home.stop();
  const { readFileSync, readdirSync } = await import('node:fs');
  const files = readdirSync(home.folder).filter((name) => name.startsWith('lobby.db'));
  const stored = files.map((name) => readFileSync(`${home.folder}/${name}`, 'latin1')).join('');
  for (const text of [JSON.stringify(entries), home.lines.join('\n'), stored]) t.false(text.includes(secret));
  await home.start();
});

test("what strangers ask for doesn't fill the history", async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'ADMIN' });
  await home.ask({ key: newKeyPair().publicKey }, { kind: 'createRoom', name: 'x' });
  t.deepEqual(await historyOf(home, anna), []);
});

test('a repeated request is answered as before, and not done twice', async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'ADMIN' });
  const create = { kind: 'createRoom', name: 'kitchen' } as const;
  const add = inRoom({ kind: 'add', tracks: [trackOf(1, 60)] });
  for (let i = 0; i < 3; i += 1) {
    t.like(await home.ask(anna, create, { requestId: 'a' }), { kind: 'done' });
    t.like(await home.ask(anna, add, { requestId: 'b' }), { kind: 'room', body: { kind: 'done' } });
  }
  t.is(await queueLength(home, anna), 1);
  t.like(
    await home.ask(anna, create, { requestId: 'c' }),
    { code: 'REFUSED' },
    'another id is another request',
  );
});

test('a repeated request is answered as before also after a restart', async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'ADMIN' });
  const asks: [string, Body][] = [
    ['a', { kind: 'createRoom', name: 'kitchen' }],
    ['b', { kind: 'deleteRoom', name: 'kitchen' }],
    ['c', { kind: 'addUser', name: 'ben', password: PASSWORD, role: 'GUEST' }],
    ['d', inRoom({ kind: 'add', tracks: [trackOf(1, 60)] })],
  ];
  for (const [requestId, body] of asks) await home.ask(anna, body, { requestId });
  await home.stop();
  await home.start();
  for (const [requestId, body] of asks) {
    const reply = await home.ask(anna, body, { requestId });
    t.not(reply.kind, 'failure', body.kind);
  }
  t.deepEqual(await roomNames(home, anna), ['main']);
  t.is(await queueLength(home, anna), 1);
});

test('a request that is repeated while it is under way is done once, and both are answered', async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'ADMIN' });
  const create = { kind: 'createRoom', name: 'kitchen' } as const;
  const replies = await Promise.all(
    Array.from({ length: 5 }, () => home.ask(anna, create, { requestId: 'a' })),
  );
  t.true(
    replies.every(({ kind }) => kind === 'done'),
    JSON.stringify(replies),
  );
});

test('nobody is answered what another was, though the ids are the same', async (t) => {
  const home = await startedDesk(t);
  const { anna, ben } = await home.people({ anna: 'ADMIN', ben: 'GUEST' });
  const create = { kind: 'createRoom', name: 'kitchen' } as const;
  await home.ask(anna, create, { requestId: 'a' });
  t.like(await home.ask(ben, create, { requestId: 'a' }), { code: 'FORBIDDEN' });
  const add = inRoom({ kind: 'add', tracks: [trackOf(1, 60)] });
  await home.ask(anna, { kind: 'setRoomSettings', name: 'main', mayAdd: 'GUEST' });
  for (const by of [anna, ben]) await home.ask(by, add, { requestId: 'b' });
  t.is(await queueLength(home, anna), 2);
});

test("a room's settings stay, count for whoever comes into it, and are known to the room", async (t) => {
  const home = await startedDesk(t);
  const { anna } = await home.people({ anna: 'ADMIN' });
  await home.speaker('s1', 'shelf');
  await home.ask(anna, { kind: 'createRoom', name: 'kitchen' });
  await home.ask(anna, { kind: 'setRoomSettings', name: 'kitchen', mayAdd: 'GUEST', defaultVolume: 40 });
  await home.ask(anna, { kind: 'setRoomSettings', name: 'Kitchen', holdMs: 0 });
  await home.ask(anna, { kind: 'moveSpeaker', name: 'shelf', room: 'kitchen' });
  await home.stop();
  await home.start();
  const reply = await home.ask(anna, inRoom({ kind: 'getStatus' }, 'kitchen'));
  const status = reply.kind === 'room' && reply.body.kind === 'status' ? reply.body : undefined;
  t.deepEqual(status?.settings, { mayAdd: 'GUEST', defaultVolume: 40, holdMs: 0 });
  t.is(status?.speakers[0]?.member.volume, 40);
});

test('rooms tell who last did what', async (t) => {
  const home = await startedDesk(t);
  const { anna, ben } = await home.people({ anna: 'ADMIN', ben: 'MEMBER' });
  await home.ask(anna, inRoom({ kind: 'setVolume', volume: 30 }));
  await home.ask(ben, inRoom({ kind: 'setMuted', muted: true }));
  const reply = await home.ask(anna, { kind: 'listRooms' });
  t.like(reply.kind === 'rooms' && reply.rooms[0]?.lastAction, { by: 'ben', action: 'mute', done: true });
});

test('without keys people are who they say they are, and logging in is refused with the reason', async (t) => {
  const home = await startedDesk(t, 'none');
  t.like(await home.ask(undefined, { kind: 'whoAmI' }, { by: 'anna' }), { name: 'anna', how: 'open' });
  await home.ask(undefined, { kind: 'joinRoom', room: 'main' }, { by: 'anna' });
  await home.ask(undefined, { kind: 'joinRoom', room: 'main' }, { by: 'ben' });
  const reply = await home.ask(undefined, { kind: 'listRooms' });
  t.deepEqual(reply.kind === 'rooms' && reply.rooms[0]?.people, ['anna', 'ben']);
  const login = { kind: 'login', name: 'anna', password: PASSWORD, code: '', client: '' } as const;
  t.like(await home.ask(undefined, login), { code: 'REFUSED' });
});
