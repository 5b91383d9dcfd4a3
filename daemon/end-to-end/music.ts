import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Reference, readReference, readTrack } from '../../bench/measure/reference.ts';
import { type WavAudio, writeWav } from '../../bench/measure/wav.ts';
import { fixtureBytes } from '../media/fixtures/list.ts';

/** The song that ships with the project: 44.1 kHz, stereo, some 45 s. */
export const song = new URL('../../bench/song/jam-session.mp3', import.meta.url).pathname;

/** Writes seconds [fromS, toS) of the song as a WAV of its own, without any loss; returns its path. */
export async function songPart(directory: string, name: string, fromS: number, toS: number): Promise<string> {
  const { rate, channels } = await readTrack(song);
  const path = join(directory, name);
  const part = channels.map((channel) => channel.subarray(Math.round(fromS * rate), Math.round(toS * rate)));
  await writeWav(path, { rate, channels: part });
  return path;
}

/** Writes a tone as a WAV; returns its path. */
export async function tone(directory: string, name: string, hz: number, seconds: number): Promise<string> {
  const rate = 44_100;
  const samples = Float32Array.from(
    { length: rate * seconds },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate),
  );
  const audio: WavAudio = { rate, channels: [samples] };
  const path = join(directory, name);
  await writeWav(path, audio);
  return path;
}

/** Several tracks as one that goes from each straight into the next. */
export async function joined(paths: readonly string[]): Promise<Reference> {
  const parts = await Promise.all(paths.map((path) => readReference(path)));
  const samples = new Float32Array(parts.reduce((sum, part) => sum + part.samples.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part.samples, at);
    at += part.samples.length;
  }
  return { samples, rate: parts[0]?.rate ?? Number.NaN };
}

/** Writes the first bytes of a fixture as a file of its own; returns its path. */
export async function beginning(
  directory: string,
  fixture: string,
  bytes: number,
  name: string,
): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, fixtureBytes(fixture).subarray(0, bytes));
  return path;
}
