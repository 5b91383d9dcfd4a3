import test from 'ava';
import fc from 'fast-check';
import { MPEGDecoder } from 'mpg123-decoder';
import {
  ALBUM_FRAMES,
  ALBUM_TRACKS,
  fixtureBytes,
  fixturePath,
  MP3_FIXTURES,
  UNTRIMMED_DELAY_FRAMES,
  WAV_FIXTURES,
} from '../../../media/fixtures/list.ts';
import { sweep } from '../../../media/fixtures/signal.ts';
import { probeTrack } from '../../../media/probe.ts';
import { MpegStock } from './mpeg-stock.ts';
import { openDecoder } from './open-decoder.ts';
import { bytesInMemory, decodeFile, decodeFrom, type WholeTrack } from './whole-track.ts';

const stock = new MpegStock();
const whole = (name: string): Promise<WholeTrack> => decodeFile(fixturePath(name));

async function indexOf(name: string) {
  return (await probeTrack(fixturePath(name), name)).index;
}

interface Span {
  readonly rate: number;
  /** Length of the whole sweep. */
  readonly frames: number;
  /** Where the samples begin within it. */
  readonly from: number;
}

/**
 * How many frames the samples are later than the sweep they are of, by least squares over a first-order
 * expansion (good below half a frame, and never near 0 for a whole one), and the error that is left, RMS.
 */
function compare(samples: Float32Array, channel: 0 | 1, { rate, frames, from }: Span, shift = 0) {
  const at = (i: number): number => sweep(from + i + shift, { rate, frames }, channel);
  let cross = 0;
  let energy = 0;
  let error = 0;
  // The encoders' first and last 20 ms are left out.
  const edge = Math.round(rate / 50);
  for (let i = edge; i < samples.length - edge; i++) {
    const slope = (at(i + 0.01) - at(i - 0.01)) / 0.02;
    const difference = (samples[i] ?? 0) - at(i);
    cross -= difference * slope;
    energy += slope * slope;
    error += difference * difference;
  }
  return { delayFrames: cross / energy, errorRms: Math.sqrt(error / (samples.length - 2 * edge)) };
}

for (const { name, rate, channels, frames, gapless } of MP3_FIXTURES) {
  test(`${name}: each frame of what was encoded sounds at its own position`, async (t) => {
    const track = await whole(name);
    t.is(track.channels.length, channels);
    const delay = gapless ? 0 : UNTRIMMED_DELAY_FRAMES;
    for (const channel of ([0, 1] as const).slice(0, channels)) {
      const samples = track.channels[channel]?.subarray(delay, delay + frames) ?? new Float32Array(0);
      const { delayFrames, errorRms } = compare(samples, channel, { rate, frames, from: 0 });
      t.true(Math.abs(delayFrames) < 0.02, `channel ${channel} is ${delayFrames.toFixed(3)} frames late`);
      t.true(errorRms < 0.03, `channel ${channel} differs by ${errorRms.toFixed(4)} RMS`);
      for (const shift of [-1, 1]) {
        const off = compare(samples, channel, { rate, frames, from: 0 }, shift);
        t.true(Math.abs(off.delayFrames) > 0.5, `a shift by ${shift} would be seen`);
      }
    }
  });

  test(`${name}: what follows a seek is what decoding from the start yields there`, async (t) => {
    const index = await indexOf(name);
    const bytes = bytesInMemory(fixtureBytes(name));
    const { channels: all } = await decodeFrom(0, index, bytes);
    const decoder = await openDecoder(index, bytes, stock);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(index.frames - 1), { minLength: 1, maxLength: 3 }),
        async (positions) => {
          for (const position of positions) {
            decoder.seek(position);
            for (let at = position, n = 0; n < 2 && at < index.frames; n++) {
              const chunk = await decoder.next();
              t.is(chunk?.firstFrame, at);
              t.true(
                worstDifference(chunk?.channels ?? [], all, at) < 1e-6,
                `differs after a seek to ${position}`,
              );
              at += chunk?.frames ?? 0;
            }
          }
        },
      ),
      { numRuns: 30 },
    );
    decoder.close();
  });

  test(`${name}: trimmed as mpg123 trims it`, async (t) => {
    const mpeg = new MPEGDecoder();
    await mpeg.ready;
    const { channelData, samplesDecoded } = mpeg.decode(fixtureBytes(name));
    mpeg.free();
    const track = await whole(name);
    t.is(track.frames, samplesDecoded);
    t.true(worstDifference(track.channels, channelData, 0) < 1e-6);
  });
}

function worstDifference(part: readonly Float32Array[], all: readonly Float32Array[], at: number): number {
  let worst = part.length === 0 ? Number.POSITIVE_INFINITY : 0;
  for (const [c, samples] of part.entries()) {
    for (const [i, sample] of samples.entries()) {
      worst = Math.max(worst, Math.abs(sample - (all[c]?.[at + i] ?? Number.POSITIVE_INFINITY)));
    }
  }
  return worst;
}

for (const { name, rate, channels, frames, step } of WAV_FIXTURES) {
  test(`${name}: each sample is what was recorded, from any position`, async (t) => {
    const index = await indexOf(name);
    for (const from of [0, 1, 1234, frames - 1]) {
      const track = await decodeFrom(from, index, bytesInMemory(fixtureBytes(name)));
      t.is(track.frames, frames - from);
      for (const [c, samples] of track.channels.entries()) {
        const expected = samples.map((_, i) => sweep(from + i, { rate, frames }, c === 0 ? 0 : 1));
        t.true(worstDifference([samples], [expected], 0) < 1.6 * step, `channel ${c} from ${from}`);
      }
    }
    t.is((await whole(name)).channels.length, channels);
  });
}

test('a seek to the end or behind it yields nothing, and one back goes on', async (t) => {
  for (const name of ['vbr-48000-joint.mp3', 's16-stereo.wav']) {
    const index = await indexOf(name);
    const decoder = await openDecoder(index, bytesInMemory(fixtureBytes(name)), stock);
    for (const frame of [index.frames, index.frames + 1e9]) {
      decoder.seek(frame);
      t.is(await decoder.next(), undefined);
    }
    decoder.seek(index.frames - 1);
    t.like(await decoder.next(), { firstFrame: index.frames - 1, frames: 1 });
    t.is(await decoder.next(), undefined);
    decoder.close();
    t.is(await decoder.next(), undefined);
  }
});

test('a seek while a chunk is under way is not lost', async (t) => {
  for (const name of ['vbr-48000-joint.mp3', 's16-stereo.wav']) {
    const decoder = await openDecoder(await indexOf(name), bytesInMemory(fixtureBytes(name)), stock);
    const first = decoder.next();
    decoder.seek(2000);
    t.is((await first)?.firstFrame, 0);
    t.is((await decoder.next())?.firstFrame, 2000);
    decoder.close();
  }
});

test('bytes that can not be had are told, and the next call tries again from the same frame', async (t) => {
  for (const name of ['vbr-48000-joint.mp3', 's16-stereo.wav']) {
    const there = bytesInMemory(fixtureBytes(name));
    let away = true;
    const decoder = await openDecoder(
      await indexOf(name),
      {
        read: async (offset, length) => {
          if (away) throw new Error('the cable is out');
          return await there.read(offset, length);
        },
      },
      stock,
    );
    decoder.seek(2500);
    await t.throwsAsync(decoder.next(), { message: 'the cable is out' });
    away = false;
    t.is((await decoder.next())?.firstFrame, 2500);
    decoder.close();
  }
});

test('playing begins before the file is complete', async (t) => {
  const bytes = fixtureBytes('cbr-44100-320.mp3');
  let furthest = 0;
  const decoder = await openDecoder(
    await indexOf('cbr-44100-320.mp3'),
    {
      read: async (offset, length) => {
        furthest = Math.max(furthest, offset + length);
        return bytes.subarray(offset, offset + length);
      },
    },
    stock,
  );
  t.true(((await decoder.next())?.frames ?? 0) > 0);
  t.true(furthest < 18_000, `${furthest} bytes read`);
  decoder.close();
});

test('a damaged mp3 frame, whatever is wrong with it, moves nothing else', async (t) => {
  const name = 'cbr-44100-stereo.mp3';
  const index = await indexOf(name);
  const intact = fixtureBytes(name);
  const { channels: expected } = await decodeFrom(0, index, bytesInMemory(intact));
  const damage = fc.record({
    at: fc.integer({ min: index.audioOffset, max: 9000 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 500 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, bytes }) => {
      const damaged = Uint8Array.from(intact);
      damaged.set(bytes, at);
      const { channels, frames } = await decodeFrom(0, index, bytesInMemory(damaged));
      t.is(frames, index.frames);
      // Six mp3 frames on (those that a wrong length swallows, the reservoir's and the overlap's) all is well.
      const clear = 1152 * (Math.ceil((at + bytes.length - index.audioOffset) / 417) + 6);
      const tails = [channels, expected].map((sides) => sides.map((side) => side.subarray(clear)));
      t.true(worstDifference(tails[0] ?? [], tails[1] ?? [], 0) < 1e-6, `${bytes} at ${at}`);
      t.true(channels.every((side) => side.every((sample) => Math.abs(sample) < 8)));
    }),
    { numRuns: 30 },
  );
});

test('where the stream ends before the index says, the rest is silence', async (t) => {
  const index = await indexOf('no-header.mp3');
  const longer = { ...index, frames: index.frames + 10_000 };
  const { frames, channels } = await decodeFrom(40_000, longer, bytesInMemory(fixtureBytes('no-header.mp3')));
  t.is(frames, 16_080);
  t.true(channels.every((side) => side.subarray(6080).every((sample) => sample === 0)));
});

async function album(name: string): Promise<WholeTrack[]> {
  const numbers = Array.from({ length: ALBUM_TRACKS }, (_, i) => i + 1);
  return await Promise.all(numbers.map((number) => whole(`${name}-${number}.mp3`)));
}

test('tracks cut from one piece and encoded one by one join without a seam', async (t) => {
  const tracks = await album('album');
  let from = 0;
  for (const track of tracks) {
    for (const channel of [0, 1] as const) {
      const samples = track.channels[channel] ?? new Float32Array(0);
      const { delayFrames } = compare(samples, channel, { rate: 44100, frames: ALBUM_FRAMES, from });
      t.true(Math.abs(delayFrames) < 0.02, `at frame ${from} it is ${delayFrames.toFixed(3)} frames late`);
    }
    from += track.frames;
    t.true(seamError(tracks, from) < 0.12, `seam at frame ${from}: ${seamError(tracks, from)}`);
  }
  t.is(from, ALBUM_FRAMES);
});

/** Largest difference from the sweep within 20 ms of a frame. */
function seamError(tracks: readonly WholeTrack[], seam: number): number {
  const joined = tracks.flatMap((track) => [...(track.channels[0] ?? [])]);
  let worst = 0;
  for (let i = seam - 882; i < Math.min(seam + 882, joined.length); i++) {
    worst = Math.max(worst, Math.abs((joined[i] ?? 0) - sweep(i, { rate: 44100, frames: ALBUM_FRAMES }, 0)));
  }
  return worst;
}

test('tracks that LAME encoded on from one to the next (--nogap) lose and repeat nothing', async (t) => {
  let from = 0;
  for (const track of await album('nogap')) {
    const samples = track.channels[0] ?? new Float32Array(0);
    const { delayFrames } = compare(samples, 0, { rate: 44100, frames: ALBUM_FRAMES, from });
    t.true(Math.abs(delayFrames) < 0.02, `at frame ${from} it is ${delayFrames.toFixed(3)} frames late`);
    from += track.frames;
  }
  t.is(from, ALBUM_FRAMES);
});
