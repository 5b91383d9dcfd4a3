import { frames, localUs, ppm, roomUs } from '../../units.ts';
import { DacModel } from './dac-model.ts';
import type { MpegStock } from './decoders/mpeg-stock.ts';
import type { FrameStream } from './frame-stream.ts';
import { GainRamp } from './gain.ts';
import type { Plan } from './plan.ts';
import { Renderer } from './renderer.ts';

const seconds = 2;
const blockFrames = 512;

/** Frames of any track, all silent. */
const silence: FrameStream = {
  problem: undefined,
  want: () => {},
  availableFrom: () => Number.POSITIVE_INFINITY,
  copy: () => true,
  close: () => {},
};

/**
 * Plays two silent seconds to nobody. V8 compiles code once it has run for a while, and runs it several times
 * slower before that: the first note must not be what it learns from.
 */
export async function rehearse(rate: number, channels: number, stock: MpegStock): Promise<void> {
  const filled = stock.fill();
  const renderer = new Renderer(
    rate,
    channels,
    blockFrames,
    () => silence,
    new GainRamp(),
    () => {},
  );
  const dac = new DacModel(rate, ppm(0));
  const block = new Float32Array(blockFrames * channels);
  const map = { clockId: '', refLocalUs: localUs(0), offsetUs: 0, driftPpm: 1, errorBoundUs: 0 };
  for (let first = 0; first < seconds * rate; first += blockFrames) {
    dac.observe({ state: 'running', atLocalUs: atUs(first, rate), writtenFrames: first, delayFrames: 0 });
    renderer.render(frames(first), blockFrames, plan, { map, dac, delayUs: 0 }, block);
  }
  await filled;
}

function atUs(frame: number, rate: number) {
  return localUs((frame / rate) * 1e6);
}

const plan: Plan = {
  clockId: '',
  standby: undefined,
  segments: [
    {
      fromRoomUs: roomUs(0),
      epoch: 1,
      sound: {
        itemId: '',
        anchorFrame: frames(0),
        track: {
          hash: '',
          bytes: 0,
          codec: 'MP3',
          sampleRate: 44_100,
          channels: 2,
          frames: 1e9,
          title: '',
          artist: '',
          album: '',
        },
      },
    },
  ],
};
