import test from 'ava';
import type { PlayState, QueueItem } from '../../../protos/index.ts';
import { roomUs } from '../../units.ts';
import { trackOf } from './room.fixture.ts';
import { newRoom, type RoomState, standsBy } from './room-state.ts';

const [first, second] = [1, 2].map((n): QueueItem => ({ itemId: `i${n}`, track: trackOf(n, 100) })) as [
  QueueItem,
  QueueItem,
];

/** A room since second 10, with the first item at second 3. */
function roomIn(state: PlayState): RoomState {
  const room = newRoom('r', 'main', 'clock', roomUs(0));
  const place = { itemId: first.itemId, anchorFrame: 3 * 44_100, anchorRoomUs: 10e6 };
  return { ...room, queue: [first, second], timeline: { ...room.timeline, ...place, state } };
}

test('where it is paused stands by, and nothing else', (t) => {
  const paused = roomIn('PAUSED');
  t.true(standsBy(paused, first, 3 * 44_100, roomUs(12e6)));
  t.false(standsBy(paused, first, 0, roomUs(12e6)));
  t.false(standsBy(paused, second, 0, roomUs(12e6)));
});

test('the beginning of the next item stands by while one plays, and nothing else', (t) => {
  const playing = roomIn('PLAYING');
  t.true(standsBy(playing, second, 0, roomUs(12e6)));
  t.false(standsBy(playing, second, 44_100, roomUs(12e6)));
  t.false(standsBy(playing, first, 0, roomUs(12e6)));
});

test('nothing stands by yet just after a change', (t) => {
  t.false(standsBy(roomIn('PAUSED'), first, 3 * 44_100, roomUs(10.5e6)));
  t.false(standsBy(roomIn('PLAYING'), second, 0, roomUs(9.9e6)));
});
