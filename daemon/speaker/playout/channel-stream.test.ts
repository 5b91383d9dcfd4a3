import test from 'ava';
import { CHANNEL_CHOICES, type ChannelChoice, ChannelStream } from './channel-stream.ts';
import type { FrameStream } from './frame-stream.ts';

/** Ten frames: 1, 2, 3 … on the left, 0.1, 0.2, 0.3 … on the right. */
const track: FrameStream = {
  problem: undefined,
  want: () => {},
  availableFrom: (frame) => 10 - frame,
  copy: (from, count, [left, right], at) => {
    if (from + count > 10) return false;
    for (let i = 0; i < count; i++) [left[at + i], right[at + i]] = [from + i + 1, (from + i + 1) / 10];
    return true;
  },
  close: () => {},
};

const expected: Record<ChannelChoice, readonly [left: number, right: number]> = {
  stereo: [5, 0.5],
  left: [5, 5],
  right: [0.5, 0.5],
  mono: [2.75, 2.75],
  swap: [0.5, 5],
};

for (const choice of CHANNEL_CHOICES) {
  test(`${choice}: what is heard on the left and the right`, (t) => {
    const into = [new Float32Array(8), new Float32Array(8)] as const;
    t.true(new ChannelStream(track, choice).copy(4, 3, into, 2));
    for (const [channel, sample] of expected[choice].entries()) {
      t.is(into[channel]?.[2], Math.fround(sample));
      t.is(into[channel]?.[1], 0, 'nothing before the place asked for is touched');
      t.is(into[channel]?.[5], 0, 'nothing behind it is touched');
    }
  });
}

test('frames that are not decoded leave all as it is', (t) => {
  const into = [new Float32Array(8).fill(7), new Float32Array(8).fill(7)] as const;
  t.false(new ChannelStream(track, 'mono').copy(9, 3, into, 2));
  t.deepEqual([...into[0], ...into[1]], Array(16).fill(7));
});
