import test from 'ava';
import type { Track } from '../../../protos/index.ts';
import { frames, roomUs } from '../../units.ts';
import type { Plan, Sound } from './plan.ts';
import { rampTrack } from './simulated-speaker.fixture.ts';
import { StreamPool } from './stream-pool.ts';

const second = 1e6;

/** A pool, and the titles of the tracks whose streams are open, in the order in which they were opened. */
function emptyPool(): { pool: StreamPool; open: string[] } {
  const open: string[] = [];
  const pool = new StreamPool(({ title }: Track) => {
    open.push(title);
    return {
      problem: undefined,
      want: () => {},
      availableFrom: () => 0,
      copy: () => false,
      close: () => void open.splice(open.indexOf(title), 1),
    };
  });
  return { pool, open };
}

function soundOf(title: string): Sound {
  return { itemId: title, track: rampTrack(title, 100), anchorFrame: frames(0) };
}

/** Silence since second 0, with a track standing by. */
const silence: Plan = {
  clockId: 'clock',
  segments: [{ fromRoomUs: roomUs(0), epoch: 1 }],
  standby: soundOf('a'),
};

/** The same until the track begins, at second 10; then another stands by. */
const start: Plan = {
  clockId: 'clock',
  segments: [
    { fromRoomUs: roomUs(0), epoch: 1 },
    { fromRoomUs: roomUs(10 * second), epoch: 2, sound: soundOf('a') },
    { fromRoomUs: roomUs(110 * second), epoch: 2 },
  ],
  standby: soundOf('b'),
};

test('what would sound at a play is open before', (t) => {
  const { pool, open } = emptyPool();
  pool.update(silence, roomUs(5 * second));
  t.deepEqual(open, ['a']);
});

test('at a start the next one is made to stand by only when the room has begun: then it is no longer in the way', (t) => {
  const { pool, open } = emptyPool();
  pool.update(silence, roomUs(5 * second));
  for (const at of [9.9, 10, 10.2]) {
    pool.update(start, roomUs(at * second));
    t.deepEqual(open, ['a'], `at ${at} s`);
  }
  pool.update(start, roomUs(10.6 * second));
  t.deepEqual(open, ['a', 'b']);
});

test('the same after a pause', (t) => {
  const { pool, open } = emptyPool();
  pool.update({ ...silence, standby: undefined }, roomUs(1 * second));
  const paused = [...silence.segments, { fromRoomUs: roomUs(5 * second), epoch: 2 }];
  const plan = { ...silence, segments: paused };
  for (const at of [4.8, 5.2]) {
    pool.update(plan, roomUs(at * second));
    t.deepEqual(open, [], `at ${at} s`);
  }
  pool.update(plan, roomUs(5.6 * second));
  t.deepEqual(open, ['a']);
});
