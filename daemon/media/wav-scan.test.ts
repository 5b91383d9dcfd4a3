import test from 'ava';
import { MediaError } from './media-error.ts';
import { WavScan } from './wav-scan.ts';

interface Format {
  tag?: number;
  channels?: number;
  bits?: number;
  /** The tag behind WAVE_FORMAT_EXTENSIBLE. */
  subTag?: number;
}

function fmt({ tag = 1, channels = 2, bits = 16, subTag }: Format = {}): Buffer {
  const body = Buffer.alloc(subTag === undefined ? 16 : 40);
  body.writeUInt16LE(subTag === undefined ? tag : 0xfffe, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(48000, 4);
  body.writeUInt16LE((channels * bits) / 8, 12);
  body.writeUInt16LE(bits, 14);
  if (subTag !== undefined) body.writeUInt16LE(subTag, 24);
  return chunk('fmt ', body);
}

function chunk(id: string, body: Uint8Array, size = body.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, 'latin1');
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, body, Buffer.alloc(body.length % 2)]);
}

function scan(...chunks: readonly Uint8Array[]) {
  const wav = new WavScan();
  wav.push(Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), ...chunks]));
  return wav.finish().index;
}

const FRAMES = 100;
const samples = Buffer.alloc(FRAMES * 4, 1);

test('chunks of odd size, and any number of them, may stand before the samples', (t) => {
  const index = scan(
    chunk('JUNK', Buffer.alloc(31)),
    fmt(),
    chunk('odd ', Buffer.alloc(1)),
    chunk('data', samples),
  );
  t.like(index, { frames: FRAMES, audioOffset: 12 + 40 + 24 + 10 + 8, sampleRate: 48000, channels: 2 });
  t.is(index.audioEnd, index.audioOffset + samples.length);
});

test('what comes after the samples is not played', (t) => {
  t.is(scan(fmt(), chunk('data', samples), chunk('LIST', Buffer.alloc(40))).frames, FRAMES);
});

test('where the size of the samples is missing or too large, what is there counts', (t) => {
  for (const size of [0, 0xffff_ffff, 1_000_000, samples.length + 1]) {
    t.is(scan(fmt(), chunk('data', samples, size)).frames, FRAMES, `size ${size}`);
  }
});

test('half a frame at the end is left out', (t) => {
  t.is(scan(fmt(), chunk('data', samples.subarray(0, -3), samples.length)).frames, FRAMES - 1);
});

test('the extensible format is read by what it stands for', (t) => {
  t.is(scan(fmt({ subTag: 1, bits: 24 }), chunk('data', samples)).sampleFormat, 'S24LE');
  t.is(scan(fmt({ subTag: 3, bits: 32 }), chunk('data', samples)).sampleFormat, 'F32LE');
});

const REFUSED: readonly (readonly [Format, RegExp])[] = [
  [{ channels: 6 }, /6 channels/],
  [{ channels: 0 }, /damaged/],
  [{ tag: 0x11 }, /ADPCM/],
  [{ tag: 0x55 }, /MP3 inside WAV/],
  [{ tag: 0x1234 }, /type 4660/],
  [{ tag: 3, bits: 64 }, /float of 64 bits/],
  [{ bits: 64 }, /64 bits/],
  [{ subTag: 7, bits: 8 }, /µ-law/],
];

for (const [format, message] of REFUSED) {
  test(`refused: ${JSON.stringify(format)}`, (t) => {
    t.throws(() => scan(fmt(format), chunk('data', samples)), { instanceOf: MediaError, message });
  });
}

test('a file without samples or without a format is refused', (t) => {
  t.throws(() => scan(fmt()), { message: /no sound/ });
  t.throws(() => scan(fmt(), chunk('data', new Uint8Array(0))), { message: /no sound/ });
  t.throws(() => scan(chunk('data', samples)), { message: /damaged/ });
});
