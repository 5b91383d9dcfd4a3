import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { readWav, writeWav } from '../../bench/measure/wav.ts';
import type { ChannelChoice } from '../speaker/playout/channel-stream.ts';
import { Household } from './household.ts';

// A tone on the left and another on the right, and what each channel of each speaker's device got of them.

const [leftHz, rightHz] = [440, 1000];
const rate = 44_100;
const amplitude = 0.5;
const choices = ['left', 'right', 'mono', 'swap', 'stereo'] as const satisfies readonly ChannelChoice[];
/** Of the left's tone and the right's: on the first channel, on the second. */
const expected: Record<ChannelChoice, readonly [readonly number[], readonly number[]]> = {
  stereo: [
    [1, 0],
    [0, 1],
  ],
  left: [
    [1, 0],
    [1, 0],
  ],
  right: [
    [0, 1],
    [0, 1],
  ],
  mono: [
    [0.5, 0.5],
    [0.5, 0.5],
  ],
  swap: [
    [0, 1],
    [1, 0],
  ],
};

const home = new Household();

test.before(async () => {
  await home.start();
  for (const choice of choices) {
    const sink = `sim:record=${home.recordingOf(choice)}`;
    home.addSpeakerWith(choice, ['--sink', sink, '--channels', choice]);
  }
  const wave = (hz: number) =>
    Float32Array.from({ length: 3 * rate }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate));
  const path = join(home.directory, 'pair.wav');
  await writeWav(path, { rate, channels: [wave(leftHz), wave(rightHz)] });
  await home.waitForSpeakers(choices.length, 30_000);
  await home.do('add', path);
  await home.do('play');
  const isOver = ({ speakers }: { speakers: readonly { report?: { playout: { state: string } } }[] }) =>
    speakers.every(({ report }) => report?.playout.state === 'SILENT');
  await sleep(1500);
  await home.waitFor(isOver, 10_000, 'the end of the track');
  await home.stopPrograms();
});

test.after.always(() => home.stop());
process.on('exit', () => home.killAll());

/** The amplitude of a tone in a stretch. */
function levelOf(samples: Float32Array, sampleRate: number, hz: number): number {
  let [re, im] = [0, 0];
  for (const [i, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * hz * i) / sampleRate);
    im += sample * Math.sin((2 * Math.PI * hz * i) / sampleRate);
  }
  return (2 * Math.hypot(re, im)) / samples.length;
}

for (const choice of choices) {
  test(`--channels ${choice}: what is heard on each channel`, async (t) => {
    const { rate: outRate, channels } = await readWav(home.recordingOf(choice));
    for (const [channel, shares] of expected[choice].entries()) {
      const samples = channels[channel] ?? new Float32Array();
      const first = samples.findIndex((sample) => Math.abs(sample) > amplitude / 10) + outRate;
      const second = samples.subarray(first, first + outRate);
      for (const [i, hz] of [leftHz, rightHz].entries()) {
        const share = levelOf(second, outRate, hz) / amplitude;
        t.true(Math.abs(share - (shares[i] ?? 0)) < 0.01, `${share} of ${hz} Hz on channel ${channel + 1}`);
      }
    }
  });
}
