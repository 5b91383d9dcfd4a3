import test from 'ava';
import fc from 'fast-check';
import { roomUs } from '../../units.ts';
import { after, emptyRoom, LEAD_US, timingAt, trackOf } from './room.fixture.ts';
import { type Action, perform } from './room.ts';
import { currentItem, type RoomState } from './room-state.ts';
import { refusalOf, withTransport } from './transport.ts';

const HOLD_S = 0.15;
const LEAD_S = LEAD_US / 1e6;

/** A room that has played a track of several for some seconds. */
const playing = () => {
  const tracks = [1, 2, 3, 4, 5].map((n) => trackOf(n, 100));
  return after(after(emptyRoom(), { kind: 'add', tracks }, 0), { kind: 'play' }, 1);
};
const giverAt = (seconds: number, by = '') => ({ by, now: roomUs(seconds * 1e6) });

/** The room after a command, or why it is refused. */
function give(state: RoomState, action: Action, seconds: number, by = '') {
  const giver = giverAt(seconds, by);
  const refusal = refusalOf(state, action, giver);
  if (refusal) return { state, refusal };
  const outcome = perform(state, action, timingAt(seconds));
  if (outcome.kind === 'failure') return { state, refusal: outcome };
  return { state: withTransport(state, outcome.state, action, giver), refusal: undefined };
}

const title = (state: RoomState) => currentItem(state)?.track.title;
const next = (askedMsAgo?: number): Action => ({
  kind: 'next',
  ...(askedMsAgo !== undefined && { askedMsAgo }),
});

test('until a transport command is heard, and for the hold after it, another is busy: by whom, and until when', (t) => {
  const { state } = give(playing(), next(), 5, 'anna');
  const { refusal } = give(state, { kind: 'pause' }, 5.02, 'bob');
  t.like(refusal, { code: 'BUSY', retryAfterMs: 230 });
  t.regex(refusal?.message ?? '', /room main is busy with "next" of anna: try again in 0\.23 s/);
  t.like(give(state, { kind: 'pause' }, 5 + LEAD_S + HOLD_S - 0.001).refusal, { code: 'BUSY' });
  t.is(give(state, { kind: 'pause' }, 5 + LEAD_S + HOLD_S).refusal, undefined);
});

test('the hold is a setting of the room', (t) => {
  const settings = { ...playing().settings, holdMs: 1000 };
  const { state } = give({ ...playing(), settings }, next(), 5);
  t.like(give(state, next(), 5.5).refusal, { code: 'BUSY', retryAfterMs: 600 });
});

test('all transport commands wait for each other, the others for none', (t) => {
  const { state } = give(playing(), { kind: 'seek', seconds: 9, relative: false }, 5);
  const transport: Action[] = [
    ...(['clear', 'play', 'pause', 'toggle', 'stop', 'next', 'prev'] as const).map((kind) => ({ kind })),
    { kind: 'play', position: 2 },
    { kind: 'seek', seconds: 1, relative: true },
  ];
  for (const action of transport) t.like(give(state, action, 5.1).refusal, { code: 'BUSY' }, action.kind);
  const others: Action[] = [
    { kind: 'add', tracks: [trackOf(9, 1)] },
    { kind: 'remove', positions: [3] },
    { kind: 'move', from: 2, to: 3 },
    { kind: 'setVolume', volume: 3 },
    { kind: 'setMuted', muted: true },
  ];
  for (const action of others) t.is(give(state, action, 5.1).refusal, undefined, action.kind);
});

test('what changes nothing, or is refused, makes nobody wait', (t) => {
  const { state } = give(playing(), { kind: 'play' }, 5);
  const again = give(state, { kind: 'play', position: 77 }, 5.01);
  t.like(again.refusal, { code: 'NOT_FOUND' });
  t.is(give(again.state, next(), 5.02).refusal, undefined);
});

test('two people press next at the same moment: one track is skipped, however long the second tries', (t) => {
  const { state } = give(playing(), next(100), 5, 'anna');
  for (const seconds of [5.001, 5.1, 5.3, 5.9]) {
    const askedMsAgo = (seconds - 4.9) * 1000;
    const { refusal } = give(state, next(askedMsAgo), seconds, 'bob');
    t.is(refusal?.code, seconds < 5.25 ? 'BUSY' : 'REFUSED', `at ${seconds} s`);
  }
  t.is(title(state), 'track 2');
});

test('who presses before having heard the other for the hold means what was before', (t) => {
  const { state } = give(playing(), next(), 5, 'anna');
  const heard = 5 + LEAD_S + HOLD_S;
  t.like(give(state, next((6 - heard + 0.01) * 1000), 6, 'bob').refusal, { code: 'REFUSED' });
  t.is(title(give(state, next((6 - heard - 0.01) * 1000), 6, 'bob').state), 'track 3');
});

test("one's own next after its answer means one more; so a script can skip several", (t) => {
  const { state } = give(playing(), next(100), 5, 'anna');
  t.like(give(state, next(20), 5.03, 'anna').refusal, { code: 'BUSY' });
  t.is(title(give(state, next(270), 5.28, 'anna').state), 'track 3');
  t.like(give(state, next(300), 5.28, 'anna').refusal, { code: 'REFUSED' }, 'asked before the answer');
});

test('a relative command is overtaken by what it is relative to, and by nothing else', (t) => {
  const after = (action: Action, then: Action) =>
    give(give(playing(), action, 5, 'anna').state, then, 5.5, 'bob').refusal?.code;
  const askedMsAgo = 550;
  const places: Action[] = [
    { kind: 'next', askedMsAgo },
    { kind: 'prev', askedMsAgo },
    { kind: 'seek', seconds: 10, relative: true, askedMsAgo },
  ];
  for (const action of places) {
    t.is(after({ kind: 'pause' }, action), undefined, `${action.kind} after a pause`);
    t.is(after({ kind: 'play', position: 3 }, action), 'REFUSED', `${action.kind} after play 3`);
  }
  t.is(after({ kind: 'toggle' }, { kind: 'toggle', askedMsAgo }), 'REFUSED');
  t.is(after({ kind: 'next' }, { kind: 'toggle', askedMsAgo }), undefined);
  t.is(after({ kind: 'next' }, { kind: 'seek', seconds: 10, relative: false, askedMsAgo }), undefined);
});

test('whatever several people press, two transport commands are never nearer than lead and hold', (t) => {
  const action = fc.constantFrom<Action>(
    { kind: 'play' },
    { kind: 'pause' },
    { kind: 'toggle' },
    { kind: 'next' },
    { kind: 'prev' },
    { kind: 'clear' },
    { kind: 'seek', seconds: 3, relative: true },
    { kind: 'add', tracks: [trackOf(1, 5)] },
  );
  const presses = fc.array(fc.tuple(action, fc.integer({ min: 0, max: 300 })), { maxLength: 40 });
  fc.assert(
    fc.property(presses, (sequence) => {
      let state = playing();
      let nowMs = 10_000;
      let acceptedMs = 0;
      for (const [pressed, waitMs] of sequence) {
        nowMs += waitMs;
        const given = give(state, pressed, nowMs / 1000);
        const isNew = given.state.transports !== state.transports;
        if (isNew && nowMs - acceptedMs < (LEAD_S + HOLD_S) * 1000)
          throw new Error(`accepted at ${acceptedMs} and at ${nowMs} ms`);
        if (isNew) acceptedMs = nowMs;
        state = given.state;
      }
    }),
  );
  t.pass();
});
