import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { MPEGDecoder } from 'mpg123-decoder';
import { TrackIndex } from '../../protos/index.ts';
import { fixtureBytes, fixturePath, MP3_FIXTURES, WAV_FIXTURES } from './fixtures/list.ts';
import { MediaError } from './media-error.ts';
import { probeTrack } from './probe.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const probeBytes = (bytes: Uint8Array, name = 'x.mp3', size = 1 << 16) =>
  probeTrack(inChunks(bytes, size), name);

/** An ID3v2.3 tag of these frames. */
function id3(frames: readonly (readonly [id: string, body: Uint8Array])[]): Buffer {
  const parts = frames.map(([id, body]) => {
    const header = Buffer.alloc(10);
    header.write(id, 'latin1');
    header.writeUInt32BE(body.length, 4);
    return Buffer.concat([header, body]);
  });
  const all = Buffer.concat(parts);
  const size = [21, 14, 7, 0].map((shift) => (all.length >> shift) & 0x7f);
  return Buffer.concat([Buffer.from('ID3\x03\0\0'), Buffer.from(size), all]);
}

const latin1 = (text: string): Buffer => Buffer.from(`\0${text}`, 'latin1');

for (const { name, rate, channels, audibleFrames } of MP3_FIXTURES) {
  test(`${name} is as long as what was encoded, to the frame`, async (t) => {
    const { track, index } = await probeTrack(fixturePath(name), name);
    t.like(track, { codec: 'MP3', sampleRate: rate, channels, frames: audibleFrames });
    t.like(index, { codec: 'MP3', sampleRate: rate, channels, frames: audibleFrames, hash: track.hash });
    t.deepEqual(TrackIndex.decode(TrackIndex.encode(index)), index, 'survives the wire');
  });
}

for (const { name, rate, channels, frames, sampleFormat } of WAV_FIXTURES) {
  test(`${name} is as long as what was recorded`, async (t) => {
    const { track, index } = await probeTrack(fixturePath(name), name);
    t.like(track, { codec: 'WAV', sampleRate: rate, channels, frames });
    t.like(index, { sampleFormat, frames, hash: track.hash });
    t.deepEqual(TrackIndex.decode(TrackIndex.encode(index)), index, 'survives the wire');
  });
}

test('a file cut off in the middle is as long as mpg123 finds it', async (t) => {
  const mpeg = new MPEGDecoder();
  await mpeg.ready;
  const { samplesDecoded } = mpeg.decode(fixtureBytes('truncated.mp3'));
  mpeg.free();
  const { track } = await probeTrack(fixturePath('truncated.mp3'), 'truncated.mp3');
  t.is(track.frames, samplesDecoded);
});

test('the hash is the SHA-256 of the bytes', async (t) => {
  const bytes = fixtureBytes('tagged.mp3');
  const { track } = await probeBytes(bytes);
  t.is(track.hash, createHash('sha256').update(bytes).digest('hex'));
  t.is(track.bytes, bytes.length);
});

test('it does not matter how the bytes come in', async (t) => {
  const names = ['tagged.mp3', 'truncated.mp3', 'reservoir-24000-mono.mp3', 's24-stereo.wav', 's16-rf64.wav'];
  const wholes = await Promise.all(names.map(async (name) => await probeBytes(fixtureBytes(name), name)));
  await fc.assert(
    fc.asyncProperty(fc.nat(names.length - 1), fc.integer({ min: 1, max: 3000 }), async (i, size) => {
      const name = names[i] ?? '';
      t.deepEqual(
        await probeBytes(fixtureBytes(name), name, size),
        wholes[i] as NonNullable<(typeof wholes)[0]>,
      );
    }),
    { numRuns: 40 },
  );
});

test('names come from the tags, without what a terminal would obey', async (t) => {
  const { track } = await probeTrack(fixturePath('tagged.mp3'), 'tagged.mp3');
  t.like(track, { title: 'Sweep up', artist: 'Jörg & Ænima', album: 'Fixtures' });
  const evil = id3([
    ['TIT2', latin1(`a\x1b[31mred\x1b]0;title\x07 b\r\nc${'x'.repeat(5000)}`)],
    ['TPE1', latin1('\x9b2Jgone\x00')],
  ]);
  const { track: cleaned } = await probeBytes(Buffer.concat([evil, fixtureBytes('no-header.mp3')]));
  t.regex(cleaned.title, /^ared b cx+$/);
  t.is(cleaned.title.length, 200);
  t.is(cleaned.artist, 'gone');
});

test('a file without tags goes by its name', async (t) => {
  const { track } = await probeBytes(fixtureBytes('no-header.mp3'), 'Übers Meer\x1b[2J.v2.mp3');
  t.like(track, { title: 'Übers Meer.v2', artist: '', album: '' });
});

test('an ID3v1 tag at the end and the LIST of a WAV give names too', async (t) => {
  const v1 = Buffer.alloc(128);
  v1.write('TAGOld title', 'latin1');
  v1.write('Old artist', 33, 'latin1');
  const { track, index } = await probeBytes(Buffer.concat([fixtureBytes('no-header.mp3'), v1]));
  t.like(track, { title: 'Old title', artist: 'Old artist', frames: 46080 });
  t.is(index.audioEnd, fixtureBytes('no-header.mp3').length);
  const list = Buffer.from('LIST\x14\0\0\0INFOINAM\x07\0\0\0Waves!\0\0', 'latin1');
  const { track: wav } = await probeBytes(Buffer.concat([fixtureBytes('s16-mono.wav'), list]), 'w.wav');
  t.is(wav.title, 'Waves!');
});

test.serial('a picture of 12 MB in the tag costs neither memory nor the names behind it', async (t) => {
  const picture = Buffer.alloc(12_000_000, 0xff); // as many false syncs
  const tag = id3([
    ['APIC', picture],
    ['TIT2', latin1('After the picture')],
  ]);
  const audio = fixtureBytes('no-header.mp3');
  async function* file(): AsyncGenerator<Uint8Array> {
    yield* inChunks(tag, 1 << 16);
    yield* inChunks(audio, 1 << 16);
  }
  const before = process.memoryUsage().arrayBuffers;
  const { track, index } = await probeTrack(file(), 'x.mp3');
  const grownMb = (process.memoryUsage().arrayBuffers - before) / 1e6;
  t.like(track, { title: 'After the picture', frames: 46080 });
  t.is(index.audioOffset, tag.length);
  t.true(grownMb < 6, `memory grew by ${grownMb.toFixed(1)} MB`);
});

test('tags one after the other, and junk before, between and after mp3 frames, are passed over', async (t) => {
  const audio = fixtureBytes('no-header.mp3');
  const { index: plain } = await probeBytes(audio);
  const cut = (plain.checkpointBytes[0] ?? 0) + (plain.checkpointBytes[1] ?? 0);
  const junk = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251));
  const twoTags = Buffer.concat([
    id3([['TIT2', latin1('One')]]),
    id3([['TIT2', latin1('Two')]]),
    Buffer.alloc(99),
  ]);
  const parts = [twoTags, junk, audio.subarray(0, cut), junk, audio.subarray(cut), junk];
  const { track, index } = await probeBytes(Buffer.concat(parts), 'x.mp3', 700);
  t.is(track.frames, plain.frames);
  t.is(track.title, 'One');
  t.is(index.audioOffset, twoTags.length + junk.length);
  t.is(index.audioEnd, index.audioOffset + audio.length + junk.length);
  t.is(index.checkpointBytes.length, plain.checkpointBytes.length);
});

test.serial('an hour is read in constant memory, and its index is small', async (t) => {
  const piece = fixtureBytes('cbr-44100-320.mp3');
  const { index: one } = await probeBytes(piece);
  const music = piece.subarray(one.audioOffset);
  const frames = ((one.checkpointBytes.length + 1) * 16 - 4) * 1152;
  const times = Math.ceil((3600 * 44100) / frames);
  let peak = 0;
  async function* hour(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < times; i++) {
      yield music;
      peak = Math.max(peak, process.memoryUsage().arrayBuffers);
    }
  }
  const before = process.memoryUsage().arrayBuffers;
  const { track, index } = await probeTrack(hour(), 'hour.mp3');
  t.is(track.frames, times * frames);
  t.true(peak - before < 50e6, `memory grew by ${((peak - before) / 1e6).toFixed(1)} MB`);
  t.true(TrackIndex.encode(index).length < 40_000);
});

const word = (text: string, bytes = 4000): Buffer =>
  Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(bytes, 7)]);

const REFUSED: readonly (readonly [what: string, bytes: Uint8Array, message: RegExp])[] = [
  ['an empty file', fixtureBytes('zero.mp3'), /the file is empty$/],
  ['garbage', fixtureBytes('garbage.mp3'), /there is no sound in it$/],
  ['a few bytes', Buffer.from('hello'), /there is no sound in it$/],
  ['a long file of nothing', Buffer.alloc(3_000_000), /there is no sound in it$/],
  ['nothing but tags', id3([['TIT2', latin1('Hush')]]), /there is no sound in it$/],
  ['Ogg', word('OggS'), /it is Ogg/],
  ['FLAC', word('fLaC'), /it is FLAC/],
  ['FLAC behind ID3', Buffer.concat([id3([['TIT2', latin1('x')]]), word('fLaC')]), /it is FLAC/],
  ['MP4', word('\0\0\0\x20ftypM4A '), /it is MP4/],
  ['AAC', word('\xff\xf1\x50\x80'), /it is AAC/],
  ['MPEG layer II', word('\xff\xfd\x84\x04'), /it is MPEG layer II;/],
  ['MPEG layer I', word('\xff\xff\x84\x04'), /it is MPEG layer I;/],
  ['free format', word('\xff\xfb\x00\x44'), /it is free-format MP3/],
  ['AVI', word('RIFF\x20\0\0\0AVI '), /not WAVE/],
];

for (const [what, bytes, message] of REFUSED) {
  test(`${what} is refused by name and reason`, async (t) => {
    const error = await t.throwsAsync(probeBytes(bytes, 'Song\x1b[1m 1.mp3'), { instanceOf: MediaError });
    t.regex(error.message, /^Song 1\.mp3 isn't music that Jam can play: /);
    t.regex(error.message, message);
  });
}

test('whatever the bytes are, the answer is a track or a MediaError', async (t) => {
  const seeds = [
    fixtureBytes('tagged.mp3'),
    fixtureBytes('s24-stereo.wav'),
    fixtureBytes('vbr-11025-mono.mp3'),
  ];
  const edit = fc.tuple(fc.nat(20_000), fc.uint8Array({ minLength: 1, maxLength: 12 }));
  await fc.assert(
    fc.asyncProperty(fc.nat(seeds.length - 1), fc.array(edit, { maxLength: 8 }), async (i, edits) => {
      const bytes = Uint8Array.from(seeds[i] ?? []);
      for (const [at, patch] of edits) if (at + patch.length <= bytes.length) bytes.set(patch, at % 200);
      try {
        const { index } = await probeBytes(bytes);
        t.deepEqual(TrackIndex.decode(TrackIndex.encode(index)), index);
        t.true(index.audioEnd <= bytes.length);
      } catch (error) {
        t.true(error instanceof MediaError, String(error));
      }
    }),
  );
});
