import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { MPEGDecoder } from 'mpg123-decoder';
import { mixToMono, parseWav, type WavAudio } from './wav.ts';

/** A track as it should sound, all channels mixed to one, −1 to 1. Position 0 is its first frame. */
export interface Reference {
  readonly samples: Float32Array;
  readonly rate: number;
}

/** Reads an MP3 (an encoder's delay and padding trimmed) or a WAV. @throws {WavError}, the file system's errors */
export async function readTrack(path: string): Promise<WavAudio> {
  const bytes = await readFile(path);
  return extname(path).toLowerCase() === '.wav' ? parseWav(bytes, path) : decodeMp3(bytes);
}

/** The same, mixed. */
export async function readReference(path: string): Promise<Reference> {
  const { rate, channels } = await readTrack(path);
  return { rate, samples: mixToMono(channels) };
}

async function decodeMp3(bytes: Uint8Array): Promise<WavAudio> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    const { sampleRate, channelData } = decoder.decode(bytes);
    return { rate: sampleRate, channels: channelData };
  } finally {
    decoder.free();
  }
}
