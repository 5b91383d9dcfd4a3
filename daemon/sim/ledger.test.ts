import test from 'ava';
import type { RoomRequest } from '../../protos/index.ts';
import type { ClockUpdate } from '../clock/clock-sync.ts';
import { nobody } from '../coordinator/people/people.ts';
import { after, emptyRoom, trackOf } from '../coordinator/room/room.fixture.ts';
import type { RoomState } from '../coordinator/room/room-state.ts';
import { localUs } from '../units.ts';
import { Ledger } from './ledger.ts';
import { Violations } from './violation.ts';

const empty = emptyRoom();
const filled = after(empty, { kind: 'add', tracks: [trackOf(1, 60)] }, 0);
const playing = after(filled, { kind: 'play' }, 1);
const add: RoomRequest['body'] = { kind: 'command', body: { kind: 'add', tracks: [] } };

/** What is found when a ledger hears of all this; the speaker's clock shows what was set last. */
function found(tell: (ledger: Ledger, setClock: (us: number) => void) => void): string[] {
  let clockUs = 0;
  const violations = new Violations(() => 0);
  const ledger = new Ledger(
    () => 0,
    () => localUs(clockUs),
    violations,
  );
  tell(ledger, (us) => {
    clockUs = us;
  });
  return violations.list.map(({ invariant }) => invariant);
}

const note = (state: RoomState, kept: RoomState | undefined) => ({
  request: add,
  requestId: 'x',
  before: state,
  state,
  kept,
  wasKept: false,
});
const answered = (state: RoomState, kept: RoomState | undefined) =>
  found((ledger) => ledger.onAnswer('r1', note(state, kept)));

test('an answer given before the room was saved is found', (t) => {
  t.deepEqual(answered(filled, empty), ['durability']);
  t.deepEqual(answered(filled, undefined), ['durability']);
  t.deepEqual(answered(filled, filled), []);
});

test('a room that has lost what was acknowledged is found when it starts', (t) => {
  const restart = (state: RoomState, kept: RoomState | undefined) =>
    found((ledger) => {
      ledger.onAnswer('r1', note(playing, playing));
      ledger.onStart('r1', state, kept);
    });
  t.deepEqual(restart(playing, playing), []);
  t.deepEqual(restart(empty, undefined), ['durability']);
  t.true(restart(empty, playing).includes('durability'), 'it didn’t take up what was there');
  t.true(restart(filled, filled).includes('durability'), 'the disk has an older state than was acknowledged');
});

test('a request that is done twice is found', (t) => {
  const twice = (requestId: string, before: RoomState) =>
    found((ledger) => {
      ledger.onAnswer('r1', { ...note(filled, filled), before: empty });
      ledger.onAnswer('r1', { ...note(playing, playing), requestId, before });
    });
  t.deepEqual(twice('x', filled), ['once']);
  t.deepEqual(twice('another', filled), []);
  t.deepEqual(twice('x', playing), [], 'it was only answered again');
  const afterCrash = found((ledger) =>
    ledger.onAnswer('r1', { ...note(playing, playing), before: filled, wasKept: true }),
  );
  t.deepEqual(afterCrash, ['once'], 'nobody had heard of it, but it was done');
});

test('a lobby that answers before it has saved is found', (t) => {
  const state = {
    rooms: [],
    speakers: [],
    hosts: [],
    people: nobody,
    lastHelloUs: new Map(),
    startedUs: localUs(0),
  };
  t.deepEqual(
    found((ledger) => ledger.onLobbyAnswer(state, undefined)),
    ['durability'],
  );
  t.deepEqual(
    found((ledger) => ledger.onLobbyAnswer(state, state)),
    [],
  );
});

test('a clock map that runs backwards is found, unless it says that a clock was set', (t) => {
  const update = (offsetUs: number, state: ClockUpdate['report']['state']): ClockUpdate => ({
    map: { clockId: 'room', refLocalUs: localUs(0), offsetUs, driftPpm: 0, errorBoundUs: 0 },
    report: { state, offsetUs, errorBoundUs: 0, driftPpm: 0, delayP95Us: 0 },
  });
  const second = (offsetUs: number, state: ClockUpdate['report']['state']) =>
    found((ledger, setClock) => {
      const { onClock } = ledger.ofSpeaker('kitchen');
      setClock(1e6);
      onClock(update(5000, 'SYNCHRONIZED'));
      setClock(1e6 + 100);
      onClock(update(offsetUs, state));
    });
  t.deepEqual(second(4950, 'SYNCHRONIZED'), []);
  t.deepEqual(second(4850, 'SYNCHRONIZED'), ['clock map']);
  t.deepEqual(second(4850, 'ACQUIRING'), []);
});
