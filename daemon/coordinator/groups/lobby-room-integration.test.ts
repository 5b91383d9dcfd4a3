import test from 'ava';
import { eventually } from '../coordinator.fixture.ts';
import { type PeopledHome, sharedHome } from './people.fixture.ts';

// Lobby–room integration: what the lobby decides arrives in the rooms' processes, and what happens there in the lobby.

let home: PeopledHome;
let endAll = async () => {};

test.before(async () => {
  ({ home, endAll } = await sharedHome());
});
test.after.always(() => endAll());

test.serial('a command reaches the room that is meant, and no other', async (t) => {
  const { anna } = home;
  await anna.do({ kind: 'createRoom', name: 'kitchen' });
  await anna.room({ kind: 'setVolume', volume: 30 }, 'KITCHEN');
  t.is((await anna.status('kitchen')).levels.volume, 30);
  t.is((await anna.status('main')).levels.volume, 100);
});

test.serial('a room knows its name, its members and its settings as the lobby has them', async (t) => {
  const { anna } = home;
  await anna.do({ kind: 'createRoom', name: 'pantry' });
  await anna.do({ kind: 'setRoomSettings', name: 'pantry', mayAdd: 'GUEST', defaultVolume: 40, holdMs: 20 });
  await anna.ask({
    kind: 'hello',
    speakerId: 'of pantry',
    name: 'shelf of pantry',
    version: '1',
    device: '',
  });
  await anna.do({ kind: 'moveSpeaker', name: 'shelf of pantry', room: 'pantry' });
  await anna.do({ kind: 'renameRoom', name: 'pantry', newName: 'galley' });
  const status = await eventually('the room has heard it all', async () => {
    const seen = await anna.status('galley');
    return seen.roomName === 'galley' && seen.speakers.length === 1 ? seen : undefined;
  });
  t.deepEqual(status.settings, { mayAdd: 'GUEST', defaultVolume: 40, holdMs: 20 });
  t.like(status.speakers[0]?.member, { name: 'shelf of pantry', volume: 40 });
});

test.serial('a room that was killed comes back with all that, and repeats no command', async (t) => {
  const { anna } = home;
  await anna.do({ kind: 'setRoomSettings', name: 'main', holdMs: 20 });
  const softer = {
    kind: 'callRoom',
    room: 'main',
    command: { body: { kind: 'setVolume', change: -10 } },
  } as const;
  t.like(await anna.ask(softer, 'once'), { kind: 'room', body: { kind: 'done' } });
  const [pid = 0] = await home.home.roomPids();
  process.kill(pid, 'SIGKILL');
  const again = await eventually('the room answers again', async () => {
    const reply = await anna.ask(softer, 'once');
    return reply.kind === 'failure' ? undefined : reply;
  });
  t.like(again, { kind: 'room', body: { kind: 'done' } });
  const status = await anna.status();
  t.is(status.levels.volume, 90);
  t.is(status.settings?.holdMs, 20);
});

test.serial("who may what in a room is decided by role and by the room's settings", async (t) => {
  const { anna } = home;
  const guest = await home.person('Gus', 'GUEST');
  t.like(await guest.room({ kind: 'getQueue' }), { kind: 'room' });
  t.like(await guest.room({ kind: 'play' }), { kind: 'failure', code: 'FORBIDDEN' });
  t.like(await guest.room({ kind: 'add', tracks: [] }), { kind: 'failure', code: 'FORBIDDEN' });
  await anna.do({ kind: 'setRoomSettings', name: 'main', mayAdd: 'GUEST' });
  t.like(await guest.room({ kind: 'add', tracks: [] }), { kind: 'room', body: { kind: 'done' } });
  t.like(await guest.room({ kind: 'clear' }), { kind: 'failure', code: 'FORBIDDEN' });
});

test.serial('who last did what in a room is known in the lobby, and in the history', async (t) => {
  const ben = await home.person('Ben', 'MEMBER');
  await ben.room({ kind: 'setVolume', volume: 30 });
  const rooms = await home.anna.ask({ kind: 'listRooms' });
  t.like(rooms.kind === 'rooms' && rooms.rooms[0]?.lastAction, { by: 'Ben', action: 'volume 30' });
  const history = await home.anna.ask({ kind: 'getHistory', limit: 1 });
  t.like(history.kind === 'history' && history.entries[0], { by: 'Ben', room: 'main', action: 'volume 30' });
});

test.serial('members of a deleted room are in main, and so are the people', async (t) => {
  const { anna } = home;
  await anna.do({ kind: 'createRoom', name: 'attic' });
  await anna.ask({ kind: 'hello', speakerId: 'of attic', name: 'shelf of attic', version: '1', device: '' });
  await anna.do({ kind: 'moveSpeaker', name: 'shelf of attic', room: 'attic' });
  await anna.do({ kind: 'joinRoom', room: 'attic' });
  await anna.do({ kind: 'deleteRoom', name: 'attic' });
  const status = await eventually('main has its member', async () => {
    const seen = await anna.status();
    return seen.speakers.length === 1 ? seen : undefined;
  });
  t.deepEqual(status.people, ['anna']);
  t.is(status.security, 'curve');
});
