import test from 'ava';
import fc from 'fast-check';
import { roomUs } from '../../units.ts';
import { after, emptyRoom, LEAD_US, timingAt, trackOf } from './room.fixture.ts';
import { type Action, perform } from './room.ts';
import { eventsBetween } from './room-events.ts';
import { advance, currentItem, positionAt, type RoomState } from './room-state.ts';

/** A stopped room with tracks of 10, 20 and 30 s. */
const filled = () =>
  after(emptyRoom(), { kind: 'add', tracks: [10, 20, 30].map((s, i) => trackOf(i + 1, s)) }, 0);
const title = (state: RoomState) => currentItem(state)?.track.title;
const positionS = (state: RoomState, atS: number) => {
  const item = currentItem(state);
  return item ? positionAt(state.timeline, item, roomUs(atS * 1e6)) / item.track.sampleRate : 0;
};

test('the first track added becomes current, and is not played by itself', (t) => {
  const state = filled();
  t.is(title(state), 'track 1');
  t.is(state.timeline.state, 'STOPPED');
});

test('play starts the current item after the lead', (t) => {
  const { timeline } = after(filled(), { kind: 'play' }, 5);
  t.like(timeline, { state: 'PLAYING', anchorFrame: 0, anchorRoomUs: 5e6 + LEAD_US });
});

test('play N goes to that track at once, also while another plays', (t) => {
  const playing = after(filled(), { kind: 'play' }, 0);
  t.is(title(after(playing, { kind: 'play', position: 3 }, 1)), 'track 3');
});

test('playing on while already playing changes nothing', (t) => {
  const playing = after(filled(), { kind: 'play' }, 0);
  t.is(after(playing, { kind: 'play' }, 1), playing);
});

test('a pause is heard after the lead, at the frame that is heard then, and play goes on from there', (t) => {
  const playing = after(filled(), { kind: 'play' }, 0);
  const paused = after(playing, { kind: 'pause' }, 4);
  t.is(paused.timeline.anchorRoomUs, 4e6 + LEAD_US);
  t.is(paused.timeline.anchorFrame, 4 * 44_100);
  t.is(after(paused, { kind: 'play' }, 60).timeline.anchorFrame, 4 * 44_100);
});

test('a pause in the last moment of a track is one in the next', (t) => {
  const playing = after(filled(), { kind: 'play' }, 0);
  const paused = after(playing, { kind: 'pause' }, 10.06);
  t.like(paused.timeline, { state: 'PAUSED', itemId: 'r1-2' });
  t.true(Math.abs(positionS(paused, 11) - 0.06) < 1e-6);
});

test('stop goes back to the beginning of the current item', (t) => {
  const playing = after(filled(), { kind: 'play', position: 2 }, 0);
  const stopped = after(playing, { kind: 'stop' }, 4);
  t.like(stopped.timeline, { state: 'STOPPED', itemId: 'r1-2', anchorFrame: 0 });
});

test('a track follows the other without a gap, exactly where that ends, in the same epoch', (t) => {
  const playing = after(filled(), { kind: 'play' }, 0);
  const later = advance(playing, roomUs(10.2e6));
  t.like(later.timeline, { itemId: 'r1-2', anchorFrame: 0, epoch: playing.timeline.epoch });
  t.is(later.timeline.anchorRoomUs, playing.timeline.anchorRoomUs + (10 * 44_100 * 1e6) / 44_100);
});

test('several tracks are gone through at once when time has passed', (t) => {
  const playing = after(filled(), { kind: 'play' }, 0);
  const later = advance(playing, roomUs(31.1e6));
  t.is(title(later), 'track 3');
  t.true(Math.abs(positionS(later, 31.1) - 1) < 1e-6);
});

test('the end of the queue is a stop, with the first track current again', (t) => {
  const ended = advance(after(filled(), { kind: 'play' }, 0), roomUs(61e6));
  t.like(ended.timeline, { state: 'STOPPED', itemId: 'r1-1', anchorFrame: 0 });
});

test('next and prev keep playing, paused or stopped as it is', (t) => {
  const paused = after(after(filled(), { kind: 'play' }, 0), { kind: 'pause' }, 5);
  t.like(after(paused, { kind: 'next' }, 6).timeline, { state: 'PAUSED', itemId: 'r1-2', anchorFrame: 0 });
  t.like(after(filled(), { kind: 'next' }, 6).timeline, { state: 'STOPPED', itemId: 'r1-2' });
});

test('next on the last track stops, with the first one current', (t) => {
  const last = after(filled(), { kind: 'play', position: 3 }, 0);
  t.like(after(last, { kind: 'next' }, 1).timeline, { state: 'STOPPED', itemId: 'r1-1' });
});

test('prev goes to the previous track within the first 3 s, else to the beginning', (t) => {
  const second = after(filled(), { kind: 'play', position: 2 }, 0);
  t.is(title(after(second, { kind: 'prev' }, 2)), 'track 1');
  t.like(after(second, { kind: 'prev' }, 4).timeline, { itemId: 'r1-2', anchorFrame: 0, state: 'PLAYING' });
});

test('seek goes to a time, and a relative one from where the room will then be', (t) => {
  const playing = after(filled(), { kind: 'play', position: 3 }, 0);
  const sought = after(playing, { kind: 'seek', seconds: 20, relative: false }, 1);
  t.is(sought.timeline.anchorFrame, 20 * 44_100);
  const back = after(sought, { kind: 'seek', seconds: -5, relative: true }, 3);
  t.true(Math.abs(back.timeline.anchorFrame / 44_100 - 17) < 1e-6);
  const beginning = after(sought, { kind: 'seek', seconds: -90, relative: true }, 3);
  t.is(beginning.timeline.anchorFrame, 0);
});

test('a seek beyond the end goes to the next track', (t) => {
  const playing = after(filled(), { kind: 'play' }, 0);
  t.like(after(playing, { kind: 'seek', seconds: 10, relative: false }, 1).timeline, {
    itemId: 'r1-2',
    anchorFrame: 0,
    state: 'PLAYING',
  });
});

test('a seek in a stopped room is where play will start', (t) => {
  const sought = after(filled(), { kind: 'seek', seconds: 3, relative: false }, 0);
  t.is(after(sought, { kind: 'play' }, 9).timeline.anchorFrame, 3 * 44_100);
});

test('removing the playing track goes to the next that stays, at once', (t) => {
  const playing = after(filled(), { kind: 'play' }, 0);
  const removed = after(playing, { kind: 'remove', positions: [1, 2] }, 5);
  t.like(removed.timeline, { state: 'PLAYING', itemId: 'r1-3', anchorRoomUs: 5e6 + LEAD_US });
});

test('removing or moving others leaves the sound alone', (t) => {
  const playing = after(filled(), { kind: 'play', position: 2 }, 0);
  const changed = after(
    after(playing, { kind: 'remove', positions: [1] }, 1),
    { kind: 'move', from: 1, to: 2 },
    2,
  );
  t.is(changed.timeline, playing.timeline);
  t.deepEqual(
    changed.queue.map((item) => item.itemId),
    ['r1-3', 'r1-2'],
  );
});

test('clear stops the room, and a track added then becomes current', (t) => {
  const cleared = after(after(filled(), { kind: 'play' }, 0), { kind: 'clear' }, 5);
  t.like(cleared.timeline, { state: 'STOPPED', itemId: '' });
  t.is(after(cleared, { kind: 'add', tracks: [trackOf(9, 1)] }, 6).timeline.itemId, 'r1-4');
});

test('what can not be done is refused with a sentence', (t) => {
  const cases: [RoomState, Action, RegExp][] = [
    [emptyRoom(), { kind: 'play' }, /queue of room main is empty/],
    [filled(), { kind: 'play', position: 4 }, /no track 4: the queue has 3/],
    [filled(), { kind: 'remove', positions: [1, 7] }, /no track 7/],
    [filled(), { kind: 'move', from: 9, to: 1 }, /no track 9/],
    [filled(), { kind: 'setVolume' }, /volume/],
    [filled(), { kind: 'add', tracks: Array.from({ length: 9_998 }, () => trackOf(1, 1)) }, /10000/],
  ];
  for (const [state, action, message] of cases) {
    const outcome = perform(state, action, timingAt(1));
    t.is(outcome.kind, 'failure', `${action.kind} is refused`);
    if (outcome.kind === 'failure') t.regex(outcome.message, message);
  }
});

test('volume changes stay within 0 to 100', (t) => {
  t.is(after(filled(), { kind: 'setVolume', change: 30 }, 0).levels.volume, 100);
  const quiet = after(filled(), { kind: 'setVolume', volume: 10 }, 0);
  t.is(after(quiet, { kind: 'setVolume', change: -20 }, 0).levels.volume, 0);
});

test('speakers hear of new items before the timeline that names one', (t) => {
  const state = filled();
  const events = eventsBetween(state, after(state, { kind: 'play', position: 2 }, 0));
  t.deepEqual(
    events.map((event) => event.kind),
    ['upcoming', 'timeline'],
  );
});

const position = fc.integer({ min: 1, max: 8 });
const tracks = fc.array(
  fc.record({ n: fc.nat(5), s: fc.double({ min: 0, max: 8, noNaN: true }) }).map(({ n, s }) => trackOf(n, s)),
  { maxLength: 4 },
);
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), tracks }),
  fc.record({ kind: fc.constant('remove' as const), positions: fc.array(position, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('move' as const), from: position, to: position }),
  fc.record({ kind: fc.constant('play' as const), position }),
  fc.constantFrom<Action>(
    { kind: 'clear' },
    { kind: 'play' },
    { kind: 'pause' },
    { kind: 'toggle' },
    { kind: 'stop' },
    { kind: 'next' },
    { kind: 'prev' },
  ),
  fc.record({
    kind: fc.constant('seek' as const),
    seconds: fc.double({ min: -9, max: 9, noNaN: true }),
    relative: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('setVolume' as const), change: fc.integer({ min: -100, max: 100 }) }),
);

test('whatever is commanded, the room stays whole', (t) => {
  const steps = fc.array(fc.tuple(action, fc.double({ min: 0, max: 5, noNaN: true })), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (sequence) => {
      let state = emptyRoom();
      let nowS = 0;
      for (const [next, waitS] of sequence) {
        nowS += waitS;
        const outcome = perform(state, next, timingAt(nowS));
        if (outcome.kind === 'failure') continue;
        checkStep(state, outcome.state, nowS);
        state = outcome.state;
      }
    }),
    { numRuns: 400 },
  );
  t.pass();
});

/** Throws where a step breaks one of the room's invariants. */
function checkStep(from: RoomState, to: RoomState, nowS: number): void {
  const { timeline, queue } = to;
  const item = currentItem(to);
  const problems = [
    queue.length > 0 !== (item !== undefined) && 'there is a current item exactly when the queue has one',
    timeline.epoch < from.timeline.epoch && 'the epoch counts up',
    timeline.state !== 'STOPPED' && !item && 'only a stopped room has no item',
    timeline.state === 'STOPPED' && timeline.anchorFrame !== 0 && 'a stopped room is at a beginning',
    item &&
      (timeline.anchorFrame < 0 || timeline.anchorFrame > item.track.frames) &&
      'the anchor is in the item',
    timeline.anchorRoomUs > nowS * 1e6 + LEAD_US && 'no anchor is further ahead than the lead',
    new Set(queue.map((one) => one.itemId)).size !== queue.length && 'no two items share an id',
    !sameSound(from, to, nowS) && 'another sound has another epoch',
  ].filter((problem) => typeof problem === 'string');
  if (problems.length > 0) throw new Error(`${problems.join('; ')}: ${JSON.stringify(timeline)}`);
}

/** Within one epoch the room does what it would have done without the command. */
function sameSound(from: RoomState, to: RoomState, nowS: number): boolean {
  const alone = advance(from, roomUs(nowS * 1e6)).timeline;
  if (to.timeline.epoch !== alone.epoch) return to.timeline.epoch > alone.epoch;
  return JSON.stringify(alone) === JSON.stringify(to.timeline);
}
