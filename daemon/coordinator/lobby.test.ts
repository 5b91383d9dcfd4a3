import test from 'ava';
import fc from 'fast-check';
import { localUs } from '../units.ts';
import {
  changeLobby,
  DEFAULT_SETTINGS,
  type LobbyChange,
  type LobbyState,
  membersOf,
  speakerEntries,
} from './lobby.ts';
import { nobody } from './people/people.ts';
import { Refusal } from './refusal.ts';
import { sameName } from './same-name.ts';

const empty: LobbyState = {
  rooms: [{ roomId: 'r0', name: 'main', slot: 0, settings: DEFAULT_SETTINGS }],
  speakers: [],
  hosts: [],
  people: nobody,
  lastHelloUs: new Map(),
  startedUs: localUs(0),
};
let fresh = 1;
const after = (state: LobbyState, change: LobbyChange, seconds = 100) =>
  changeLobby(state, change, localUs(seconds * 1e6), `r${fresh++}`);
const hello = (speakerId: string, name: string, delayUs?: number): LobbyChange => ({
  kind: 'hello',
  speakerId,
  name,
  version: '1',
  device: 'hw:0',
  ...(delayUs !== undefined && { delayUs }),
});
const withShelf = after(empty, hello('s1', 'shelf'));
const names = (state: LobbyState) => state.speakers.map(({ name }) => name);

test('a new speaker joins main', (t) => {
  t.deepEqual(membersOf(withShelf, 'r0'), [
    { speakerId: 's1', name: 'shelf', volume: 100, muted: false, delayUs: 0 },
  ]);
});

test('a hello that tells nothing new changes nothing that is stored', (t) => {
  const again = after(withShelf, hello('s1', 'shelf'), 102);
  t.is(again.speakers, withShelf.speakers);
  t.is(again.rooms, withShelf.rooms);
});

test('another speaker of the name is refused while its owner says hello, by that name', (t) => {
  t.throws(() => after(withShelf, hello('s2', 'Shelf'), 106), { instanceOf: Refusal, message: /"shelf"/ });
});

test('a speaker that replaces a silent one of its name takes over its settings', (t) => {
  const set = after(withShelf, { kind: 'setSpeakerVolume', name: 'shelf', volume: 40 });
  const replaced = after(set, hello('s2', 'shelf'), 106.1);
  t.like(replaced.speakers, [{ speakerId: 's2', name: 'shelf', volume: 40 }]);
  t.is(replaced.speakers.length, 1);
});

test('just after a start, nobody takes over a name: its owner may not have had the time to say hello', (t) => {
  const restarted = { ...withShelf, lastHelloUs: new Map(), startedUs: localUs(200e6) };
  t.throws(() => after(restarted, hello('s2', 'shelf'), 205), { instanceOf: Refusal });
  t.notThrows(() => after(restarted, hello('s2', 'shelf'), 207));
});

test('a speaker that was renamed keeps that name, until it is started with a third', (t) => {
  const renamed = after(withShelf, { kind: 'renameSpeaker', name: 'shelf', newName: 'bath' });
  t.deepEqual(names(after(renamed, hello('s1', 'shelf'))), ['bath']);
  t.deepEqual(names(after(renamed, hello('s1', 'bath'))), ['bath']);
  t.deepEqual(names(after(after(renamed, hello('s1', 'bath')), hello('s1', 'shelf'))), ['bath']);
  t.deepEqual(names(after(renamed, hello('s1', 'attic'))), ['attic']);
});

test("a delay that is announced counts when it is new; after that the lobby's does", (t) => {
  const announced = after(empty, hello('s1', 'shelf', 3000));
  const set = after(announced, { kind: 'setSpeakerDelay', name: 'shelf', delayUs: 500 });
  t.is(after(set, hello('s1', 'shelf', 3000)).speakers[0]?.delayUs, 500);
  t.is(after(set, hello('s1', 'shelf', 4000)).speakers[0]?.delayUs, 4000);
});

test('a delay beyond 2 s is refused', (t) => {
  const tooLong = { kind: 'setSpeakerDelay', name: 'shelf', delayUs: 2_000_001 } as const;
  t.throws(() => after(withShelf, tooLong), { instanceOf: Refusal, message: /2000 ms/ });
});

test('names are the same in any case, and however accents are written', (t) => {
  t.true(sameName('Küche', 'KU\u0308CHE'));
  t.true(sameName('Gießkanne', 'GIESSKANNE'));
  t.true(sameName('Ｋitchen', 'kitchen'), 'a wide letter is that letter');
  t.false(sameName('kitchen', 'kitchen 2'));
});

test('members of a deleted room are in main', (t) => {
  const withRoom = after(withShelf, { kind: 'createRoom', name: 'attic' });
  const moved = after(withRoom, { kind: 'moveSpeaker', name: 'SHELF', room: 'Attic' });
  t.is(speakerEntries(moved, localUs(100e6))[0]?.room, 'attic');
  t.is(membersOf(after(moved, { kind: 'deleteRoom', name: 'attic' }), 'r0').length, 1);
});

test('main can be neither deleted nor renamed', (t) => {
  t.throws(() => after(empty, { kind: 'deleteRoom', name: 'Main' }), { instanceOf: Refusal });
  t.throws(() => after(empty, { kind: 'renameRoom', name: 'main', newName: 'x' }), { instanceOf: Refusal });
});

test('the 31st room is refused, and a deleted one makes room', (t) => {
  let state = empty;
  for (let i = 1; i < 30; i += 1) state = after(state, { kind: 'createRoom', name: `room ${i}` });
  t.throws(() => after(state, { kind: 'createRoom', name: 'one more' }), { message: /30 rooms/ });
  const less = after(state, { kind: 'deleteRoom', name: 'room 7' });
  t.is(after(less, { kind: 'createRoom', name: 'one more' }).rooms.at(-1)?.slot, 7);
});

test('whatever is asked, rooms and speakers stay distinct and each speaker has a room', (t) => {
  const name = fc.constantFrom('a', 'A', 'b', 'c', 'main');
  const change: fc.Arbitrary<LobbyChange> = fc.oneof(
    fc.record({ kind: fc.constantFrom('createRoom' as const, 'deleteRoom' as const), name }),
    fc.record({
      kind: fc.constantFrom('renameRoom' as const, 'renameSpeaker' as const),
      name,
      newName: name,
    }),
    fc.record({ kind: fc.constant('moveSpeaker' as const), name, room: name }),
    fc.tuple(fc.constantFrom('s1', 's2', 's3'), name).map(([id, own]) => hello(id, own)),
  );
  const steps = fc.array(fc.tuple(change, fc.nat(5)), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (sequence) => {
      let state = empty;
      let seconds = 0;
      for (const [next, waitS] of sequence) {
        seconds += waitS;
        state = unlessRefused(state, () => after(state, next, seconds));
        checkWhole(state);
      }
    }),
  );
  t.pass();
});

function unlessRefused(state: LobbyState, change: () => LobbyState): LobbyState {
  try {
    return change();
  } catch (error) {
    if (error instanceof Refusal) return state;
    throw error;
  }
}

function checkWhole({ rooms, speakers }: LobbyState): void {
  const distinct = (values: (string | number)[]) => new Set(values).size === values.length;
  const whole =
    rooms.some(({ name }) => name === 'main') &&
    distinct(rooms.map(({ name }) => name.toLowerCase())) &&
    distinct(rooms.map(({ slot }) => slot)) &&
    distinct(speakers.map(({ name }) => name.toLowerCase())) &&
    distinct(speakers.map(({ speakerId }) => speakerId)) &&
    speakers.every(({ roomId }) => rooms.some((room) => room.roomId === roomId));
  if (!whole) throw new Error(`not whole: ${JSON.stringify({ rooms, speakers })}`);
}
