import { fileURLToPath } from 'node:url';
import test from 'ava';
import { probeTrack } from '../../daemon/media/probe.ts';
import { decodeFile } from '../../daemon/speaker/playout/decoders/whole-track.ts';
import { compose } from './compose.ts';

const path = fileURLToPath(new URL('jam-session.mp3', import.meta.url));
const composed = compose().left;

test('the song that ships has a name and is as long as what was composed', async (t) => {
  const { track } = await probeTrack(path, 'jam-session.mp3');
  t.like(track, { title: 'Kitchen to Porch', artist: 'Jam', sampleRate: 44100, channels: 2 });
  t.is(track.frames, composed.length);
  t.true(track.bytes < 1_200_000);
});

test('the song sounds as composed, frame on frame, and like nothing else in it', async (t) => {
  const { channels } = await decodeFile(path);
  const heard = channels[0] ?? new Float32Array(0);
  const length = 22_050;
  for (const at of [10_000, 400_000, 900_000, 1_400_000, 1_650_000]) {
    const stretch = heard.subarray(at, at + length);
    const here = likeness(stretch, composed, at);
    t.true(here > 0.93, `at ${at}: ${here.toFixed(3)}`);
    const beat = Math.round((60 / 98) * 44100);
    for (const lag of [1, -1, 100, beat, 4 * beat, 8 * beat, -16 * beat]) {
      if (at + lag < 0) continue;
      const other = likeness(stretch, composed, at + lag);
      t.true(other < here - 0.003, `at ${at}, ${lag} frames off: ${other.toFixed(3)}`);
      if (Math.abs(lag) >= beat) t.true(other < 0.6, `at ${at}, ${lag} frames off: ${other.toFixed(3)}`);
    }
  }
});

/** Normalized correlation, 1 for the same, of a stretch with what is at a frame of the whole. */
function likeness(stretch: Float32Array, whole: Float32Array, at: number): number {
  let cross = 0;
  let a = 0;
  let b = 0;
  for (const [i, sample] of stretch.entries()) {
    const other = whole[at + i] ?? 0;
    cross += sample * other;
    a += sample * sample;
    b += other * other;
  }
  return cross / Math.sqrt(a * b || 1);
}
