import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { localUs } from '../../../units.ts';
import { WavRecording } from './wav-recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'jam-wav-'));
test.after.always(() => rmSync(folder, { recursive: true }));

const format = { rate: 1000, channels: 2, ppm: -12.5 };
const blockFrames = 500;

function counting(firstFrame: number, frames: number): Int32Array {
  return Int32Array.from({ length: frames * 2 }, (_, i) => firstFrame * 2 + i);
}

function read(file: string) {
  const bytes = readFileSync(file);
  const dataBytes = bytes.readUInt32LE(40);
  return {
    magic: bytes.toString('ascii', 0, 4) + bytes.toString('ascii', 8, 16),
    riffBytes: bytes.readUInt32LE(4),
    channels: bytes.readUInt16LE(22),
    rate: bytes.readUInt32LE(24),
    bits: bytes.readUInt16LE(34),
    samples: [
      ...new Int32Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + 44 + dataBytes)),
    ],
    fileBytes: bytes.length,
    sidecar: JSON.parse(readFileSync(`${file}.json`, 'utf8')),
  };
}

test('a closed recording is a WAV of all that was appended, with the times in the sidecar', (t) => {
  const file = join(folder, 'whole.wav');
  const recording = new WavRecording(file, format);
  recording.open();
  recording.startSegment(localUs(5_000_000.25));
  recording.append(counting(0, 1234));
  recording.startSegment(localUs(7_000_000));
  recording.append(counting(1234, 10));
  recording.close();
  const wav = read(file);
  t.is(wav.magic, 'RIFFWAVEfmt ');
  t.is(wav.riffBytes, wav.fileBytes - 8);
  t.deepEqual([wav.rate, wav.channels, wav.bits], [1000, 2, 32]);
  t.deepEqual(wav.samples, [...counting(0, 1244)]);
  t.deepEqual(wav.sidecar, {
    rate: 1000,
    ppm: -12.5,
    segments: [
      { firstFrame: 0, startTrueUs: 5_000_000.25 },
      { firstFrame: 1234, startTrueUs: 7_000_000 },
    ],
  });
});

test('read before it is closed, as after a kill, it is whole but for the last half second', (t) => {
  const file = join(folder, 'open.wav');
  const recording = new WavRecording(file, format);
  recording.open();
  recording.startSegment(localUs(0));
  t.deepEqual(read(file).samples, []);
  recording.append(counting(0, 2 * blockFrames + 1));
  t.deepEqual(read(file).samples, [...counting(0, 2 * blockFrames)]);
  recording.close();
});

test('opened again, it goes on behind what it has', (t) => {
  const file = join(folder, 'again.wav');
  const recording = new WavRecording(file, format);
  for (const run of [0, 1]) {
    recording.open();
    recording.startSegment(localUs(run));
    recording.append(counting(run * 700, 700));
    recording.close();
  }
  t.deepEqual(read(file).samples, [...counting(0, 1400)]);
  t.is(read(file).sidecar.segments[1].firstFrame, 700);
});

test('a folder that is not there is told by the file’s name', (t) => {
  const recording = new WavRecording(join(folder, 'nowhere', 'x.wav'), format);
  t.throws(() => recording.open(), { name: 'SinkError', message: /nowhere.*x\.wav.*no such file/ });
});

// /dev/full fails each write as a full disk does.
(existsSync('/dev/full') ? test : test.skip)('a full disk ends the recording with that reason', (t) => {
  const recording = new WavRecording('/dev/full', format);
  t.throws(() => recording.open(), { name: 'SinkError', message: /no space left/ });
});
