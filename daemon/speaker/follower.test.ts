import test from 'ava';
import fc from 'fast-check';
import { PROTOCOL, type RoomEvent } from '../../protos/index.ts';
import { followEvent, followSnapshot, type RoomView } from './follower.ts';

const snapshot = (seq: number, volume = 50, runId = 'run-1') => ({
  roomId: 'main',
  roomName: 'main',
  runId,
  seq,
  clockId: 'clock',
  timeline: {
    epoch: 1,
    state: 'STOPPED',
    itemId: '',
    anchorFrame: 0,
    anchorRoomUs: 0,
    clockId: 'clock',
  } as const,
  upcoming: { items: [] },
  levels: { volume, muted: false },
  members: { members: [] },
});

const event = (seq: number, body: RoomEvent['body'], runId = 'run-1'): RoomEvent => ({
  protocol: PROTOCOL,
  roomId: 'main',
  runId,
  seq,
  sentRoomUs: 0,
  clockId: 'clock',
  body,
});
const volume = (seq: number, value: number, runId?: string) =>
  event(seq, { kind: 'levels', volume: value, muted: false }, runId);
const heartbeat = (seq: number, runId?: string) => event(seq, { kind: 'heartbeat' }, runId);

test('the first thing a speaker needs is the snapshot', (t) => {
  t.true(followEvent(undefined, heartbeat(0)).behind);
});

test('the next event changes the view', (t) => {
  const { view, behind } = followEvent(followSnapshot(undefined, snapshot(4)), volume(5, 80));
  t.false(behind);
  t.is(view?.levels.volume, 80);
  t.is(view?.seq, 5);
});

test('a gap calls for the snapshot, and so does a heartbeat that tells of an unseen event', (t) => {
  const view = followSnapshot(undefined, snapshot(4));
  t.true(followEvent(view, volume(6, 80)).behind);
  t.true(followEvent(view, heartbeat(5)).behind);
  t.false(followEvent(view, heartbeat(4)).behind);
});

test('another run of the room calls for the snapshot', (t) => {
  t.true(followEvent(followSnapshot(undefined, snapshot(4)), heartbeat(4, 'run-2')).behind);
});

test('an event that the snapshot already holds changes nothing', (t) => {
  const view = followSnapshot(undefined, snapshot(4, 30));
  t.is(followEvent(view, volume(4, 99)).view?.levels.volume, 30);
});

test('a snapshot older than the view changes nothing, one of a new run does', (t) => {
  const view = followSnapshot(undefined, snapshot(4, 30));
  t.is(followSnapshot(view, snapshot(3, 99)).levels.volume, 30);
  t.is(followSnapshot(view, snapshot(1, 99, 'run-2')).levels.volume, 99);
});

test('whatever is lost or repeated, the next heartbeat and snapshot bring the room’s state', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ value: fc.nat(100), lost: fc.boolean(), repeated: fc.boolean() }), {
        maxLength: 30,
      }),
      (sends) => {
        let view: RoomView | undefined = followSnapshot(undefined, snapshot(0, 0));
        let truth = 0;
        sends.forEach(({ value, lost, repeated }, i) => {
          truth = value;
          if (!lost) view = followEvent(view, volume(i + 1, value)).view;
          if (repeated) view = followEvent(view, volume(i + 1, value)).view;
        });
        const seen = followEvent(view, heartbeat(sends.length));
        if (seen.behind) view = followSnapshot(view, snapshot(sends.length, truth));
        t.is(view?.levels.volume, truth);
      },
    ),
  );
});
