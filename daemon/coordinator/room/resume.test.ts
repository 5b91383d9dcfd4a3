import test from 'ava';
import fc from 'fast-check';
import { roomUs } from '../../units.ts';
import { resume } from './resume.ts';
import { after, emptyRoom, trackOf } from './room.fixture.ts';

const filled = after(emptyRoom(), { kind: 'add', tracks: [trackOf(1, 60), trackOf(2, 600)] }, 0);
const playing = after(filled, { kind: 'play' }, 0);
const aliveAt = (seconds: number) => ({ clockId: 'clock-1', roomUs: roomUs(seconds * 1e6), wallMs: 0 });
const at = (seconds: number) => roomUs(seconds * 1e6);

test('shortly away, the timeline goes on untouched', (t) => {
  t.is(resume(playing, aliveAt(10), 'clock-1', at(15)), playing);
});

test('shortly away, tracks that have ended meanwhile are gone through in the same epoch', (t) => {
  const { timeline } = resume(playing, aliveAt(10), 'clock-1', at(100));
  t.like(timeline, { itemId: 'r1-2', epoch: playing.timeline.epoch, anchorRoomUs: 60.1e6 });
});

test('after a reboot it plays on from where it was last alive, in a new epoch on the new clock', (t) => {
  const { timeline } = resume(playing, aliveAt(30.1), 'clock-2', at(5));
  t.like(timeline, { state: 'PLAYING', itemId: 'r1-1', clockId: 'clock-2', anchorRoomUs: 6e6 });
  t.is(timeline.anchorFrame, 30 * 44_100);
  t.true(timeline.epoch > playing.timeline.epoch);
});

test('after more than ten minutes it plays on from where it was last alive', (t) => {
  const { timeline } = resume(playing, aliveAt(30.1), 'clock-1', at(631));
  t.like(timeline, { state: 'PLAYING', itemId: 'r1-1', anchorFrame: 30 * 44_100, anchorRoomUs: 632e6 });
});

test('a paused room is paused at the same place after a reboot', (t) => {
  const paused = after(playing, { kind: 'pause' }, 20);
  const { timeline } = resume(paused, aliveAt(400), 'clock-2', at(5));
  t.like(timeline, { state: 'PAUSED', anchorFrame: paused.timeline.anchorFrame, anchorRoomUs: 5e6 });
});

test('a timeline of an older clock than the sign of life is on the clock at hand, from its anchor on', (t) => {
  const alive = { ...aliveAt(30), clockId: 'clock-2' };
  const { timeline } = resume(playing, alive, 'clock-2', at(35));
  t.like(timeline, {
    state: 'PLAYING',
    itemId: 'r1-1',
    clockId: 'clock-2',
    anchorFrame: 0,
    anchorRoomUs: 36e6,
  });
});

test('whenever it comes back, the epoch never goes back, and on the same clock within 10 min no frame is skipped', (t) => {
  const times = fc.record({ alive: fc.nat(700), away: fc.nat(1200), reboot: fc.boolean() });
  fc.assert(
    fc.property(times, ({ alive, away, reboot }) => {
      const clockId = reboot ? 'clock-2' : 'clock-1';
      const { timeline } = resume(playing, aliveAt(alive), clockId, at(reboot ? away : alive + away));
      const goesOn = !reboot && away <= 600 && timeline.state === 'PLAYING';
      if (timeline.epoch < playing.timeline.epoch) throw new Error('the epoch went back');
      if (goesOn && timeline.epoch !== playing.timeline.epoch) throw new Error('there is a new epoch');
      if (timeline.clockId !== clockId) throw new Error('the timeline is on another clock');
    }),
  );
  t.pass();
});
