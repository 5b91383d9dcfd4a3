import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import {
  frameAt,
  type Recording,
  RecordingError,
  readRecording,
  trueUsAt,
  writeRecording,
} from './recording.ts';
import { parseWav, readWav, WavError, writeWav } from './wav.ts';

const recording: Recording = {
  samples: Float32Array.from({ length: 4800 }, (_, i) => Math.sin(i / 10)),
  rate: 48_000,
  segments: [
    { firstFrame: 0, startTrueUs: 1_790_000_000_000_001, ppm: 50 },
    { firstFrame: 2400, startTrueUs: 1_790_000_000_150_000, ppm: 50 },
  ],
};

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jam-recording-'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

test('comes back from its files as it was', async (t) => {
  const path = join(folder, 'a.wav');
  await writeRecording(path, recording);
  t.deepEqual(await readRecording(path), recording);
});

test('frames and true time map onto each other, with the crystal’s own rate', (t) => {
  t.is(frameAt(recording, 1_790_000_000_000_000), null, 'before the start');
  const at = frameAt(recording, 1_790_000_000_020_001)?.frame ?? 0;
  t.true(Math.abs(at - 960 * (1 + 50e-6)) < 1e-6, `frame ${at}`);
  t.is(frameAt(recording, 1_790_000_000_100_000), null, 'while the device stood still');
  t.is(trueUsAt(recording, 2400), 1_790_000_000_150_000);
  t.is(frameAt(recording, 1_790_000_001_000_000), null, 'after the end');
});

test('a sidecar that is none is refused with its name', async (t) => {
  const path = join(folder, 'b.wav');
  await writeRecording(path, recording);
  await writeFile(`${path}.json`, '{"rate": "fast"}');
  const error = await t.throwsAsync(readRecording(path), { instanceOf: RecordingError });
  t.true(error.message.includes('b.wav.json'));
});

test('a WAV whose recorder was killed is read to its end', async (t) => {
  const path = join(folder, 'c.wav');
  await writeWav(path, { rate: 48_000, channels: [new Float32Array(0)] });
  await appendFile(path, Buffer.from(new Float32Array([0.5, -0.5]).buffer));
  t.deepEqual((await readWav(path)).channels, [new Float32Array([0.5, -0.5])]);
});

test('what is no WAV is refused', (t) => {
  t.throws(() => parseWav(Buffer.from('ID3 and so on, an MP3'), 'x.mp3'), { instanceOf: WavError });
});
