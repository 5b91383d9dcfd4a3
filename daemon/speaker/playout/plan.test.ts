import test from 'ava';
import fc from 'fast-check';
import type { QueueItem, Timeline } from '../../../protos/index.ts';
import { frames, type RoomUs, roomUs } from '../../units.ts';
import { hasSound, type Plan, planOf, positionAt, segmentIndexAt, since, splice } from './plan.ts';

const RATES = [8000, 22_050, 44_100, 48_000, 96_000];

const items: fc.Arbitrary<QueueItem[]> = fc
  .array(fc.record({ rate: fc.constantFrom(...RATES), frames: fc.nat(20_000_000) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((list) =>
    list.map(({ rate, frames }, i) => ({
      itemId: `item-${i}`,
      track: {
        hash: `${i}`.repeat(64),
        bytes: 1,
        codec: 'WAV',
        sampleRate: rate,
        channels: 2,
        frames,
        title: '',
        artist: '',
        album: '',
      },
    })),
  );

const cases = fc
  .record({
    items,
    first: fc.nat(),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    anchorRoomUs: fc.double({ min: 0, max: 1e13, noNaN: true }),
    epoch: fc.nat(1000),
    state: fc.constantFrom('PLAYING', 'PAUSED', 'STOPPED'),
  })
  .map(({ items, first, share, anchorRoomUs, epoch, state }) => {
    const item = items[first % items.length]!;
    const anchorFrame = Math.floor(share * item.track.frames);
    const timeline: Timeline = {
      epoch,
      state,
      itemId: item.itemId,
      anchorFrame,
      anchorRoomUs,
      clockId: 'clock',
    };
    return { items, timeline };
  });

function planned(timeline: Timeline, items: QueueItem[]): Plan {
  const plan = planOf(timeline, { items });
  if (!plan) throw new Error('the timeline names one of the items');
  return plan;
}

/** Which item is heard, and where. */
function heardAt(plan: Plan, at: RoomUs) {
  const segment = plan.segments[segmentIndexAt(plan, at)];
  if (!hasSound(segment)) return { itemId: '', frame: 0, epoch: segment?.epoch };
  return { itemId: segment.sound.itemId, frame: positionAt(segment, at), epoch: segment.epoch };
}

test('at its anchor a playing timeline is at its frame, before it there is silence', (t) => {
  fc.assert(
    fc.property(cases, ({ items, timeline }) => {
      const plan = planned(timeline, items);
      const before = heardAt(plan, roomUs(timeline.anchorRoomUs - 1));
      t.is(before.itemId, '');
      const item = items.find((one) => one.itemId === timeline.itemId);
      const isOver = item?.track.frames === timeline.anchorFrame;
      if (timeline.state === 'PLAYING' && !isOver)
        t.like(heardAt(plan, roomUs(timeline.anchorRoomUs)), {
          itemId: timeline.itemId,
          frame: timeline.anchorFrame,
        });
    }),
  );
});

test('items follow each other without a gap or an overlap, each from its first frame to its last', (t) => {
  fc.assert(
    fc.property(cases, ({ items, timeline }) => {
      const { segments } = planned({ ...timeline, state: 'PLAYING' }, items);
      for (const [i, segment] of segments.entries()) {
        const next = segments[i + 1];
        if (!hasSound(segment) || !next) continue;
        const lastFrame = positionAt(segment, next.fromRoomUs);
        t.true(Math.abs(lastFrame - segment.sound.track.frames) < 0.001, `it ends at ${lastFrame}`);
        if (hasSound(next)) t.is(next.sound.anchorFrame, frames(0));
      }
      t.false(hasSound(segments.at(-1)), 'silence follows the last');
    }),
  );
});

test('while nothing plays, only silence is planned', (t) => {
  fc.assert(
    fc.property(cases, ({ items, timeline }) => {
      const { segments } = planned({ ...timeline, state: 'PAUSED' }, items);
      t.false(segments.some(hasSound));
    }),
  );
});

test('a spliced plan is the old one until the new one begins, and then the new one', (t) => {
  const moments = fc.array(fc.double({ min: 0, max: 1e13, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(cases, cases, moments, (one, two, moments) => {
      const [old, next] = [planned(one.timeline, one.items), planned(two.timeline, two.items)];
      const both = splice(old, next);
      const begins = next.segments[0]?.fromRoomUs ?? roomUs(0);
      for (const moment of [...moments, begins, begins - 1, begins + 1]) {
        const at = roomUs(moment);
        t.deepEqual(heardAt(both, at), heardAt(at < begins ? old : next, at));
      }
      const starts = both.segments.map(({ fromRoomUs }) => fromRoomUs);
      t.deepEqual(
        starts,
        starts.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('a plan without what is over is the same from then on', (t) => {
  const moments = fc.array(fc.double({ min: 0, max: 1e10, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(
      cases,
      fc.double({ min: 0, max: 1e10, noNaN: true }),
      moments,
      ({ items, timeline }, pastUs, moments) => {
        const plan = planned(timeline, items);
        const now = roomUs(timeline.anchorRoomUs + pastUs);
        const rest = since(plan, now);
        for (const moment of [0, ...moments]) {
          const at = roomUs(now + moment);
          t.deepEqual(heardAt(rest, at), heardAt(plan, at));
        }
      },
    ),
  );
});

test('a timeline that plays an item nobody has told of has no plan yet', (t) => {
  fc.assert(
    fc.property(cases, ({ items, timeline }) => {
      t.is(planOf({ ...timeline, state: 'PLAYING', itemId: 'another' }, { items }), undefined);
    }),
  );
});
