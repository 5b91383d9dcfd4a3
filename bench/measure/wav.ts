import { readFile, writeFile } from 'node:fs/promises';

/** Audio of a WAV file, one array a channel, −1 to 1. */
export interface WavAudio {
  readonly rate: number;
  readonly channels: readonly Float32Array[];
}

/** Not a WAV file, or one in a format that the bench doesn't read; the message says which. */
export class WavError extends Error {
  override name = 'WavError';
}

/**
 * Reads WAV of 16, 24 or 32 bit or float. A header whose lengths were never filled in, as a killed
 * recorder leaves it, is read up to the end of the file.
 * @throws {WavError} and the file system's errors
 */
export async function readWav(path: string): Promise<WavAudio> {
  return parseWav(await readFile(path), path);
}

/** @throws {WavError} naming `name` */
export function parseWav(bytes: Buffer, name: string): WavAudio {
  if (bytes.length < 12 || bytes.toString('latin1', 8, 12) !== 'WAVE') throw new WavError(`${name}: no WAV`);
  let format: Buffer | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (id === 'fmt ') format = bytes.subarray(at + 8, at + 8 + size);
    if (id === 'data') {
      if (format === undefined) throw new WavError(`${name}: no format before the data`);
      const unfinished = size === 0 || size === 0xffffffff;
      return decode(format, bytes.subarray(at + 8, unfinished ? bytes.length : at + 8 + size), name);
    }
    at += 8 + size + (size % 2);
  }
  throw new WavError(`${name}: no audio in it`);
}

const EXTENSIBLE = 0xfffe;

function decode(format: Buffer, data: Buffer, name: string): WavAudio {
  if (format.length < 16) throw new WavError(`${name}: format chunk too short`);
  const code = format.readUInt16LE(0);
  const coding = code === EXTENSIBLE && format.length >= 26 ? format.readUInt16LE(24) : code;
  const channelCount = format.readUInt16LE(2);
  const bits = format.readUInt16LE(14);
  const read = sampleReader(coding, bits, data);
  if (read === null) throw new WavError(`${name}: coding ${coding} with ${bits} bits is not read here`);
  const width = bits / 8;
  const frames = Math.floor(data.length / (width * channelCount));
  const channels = Array.from({ length: channelCount }, (_, channel) => {
    const samples = new Float32Array(frames);
    for (let i = 0; i < frames; i++) samples[i] = read((i * channelCount + channel) * width);
    return samples;
  });
  return { rate: format.readUInt32LE(4), channels };
}

function sampleReader(coding: number, bits: number, data: Buffer): ((at: number) => number) | null {
  if (coding === 3 && bits === 32) return (at) => data.readFloatLE(at);
  if (coding !== 1) return null;
  if (bits === 16) return (at) => data.readInt16LE(at) / 2 ** 15;
  if (bits === 24) return (at) => data.readIntLE(at, 3) / 2 ** 23;
  if (bits === 32) return (at) => data.readInt32LE(at) / 2 ** 31;
  return null;
}

/** Writes float WAV. */
export async function writeWav(path: string, audio: WavAudio): Promise<void> {
  const frames = audio.channels[0]?.length ?? 0;
  const count = audio.channels.length;
  const bytes = Buffer.alloc(44 + frames * count * 4);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(3, 20);
  bytes.writeUInt16LE(count, 22);
  bytes.writeUInt32LE(audio.rate, 24);
  bytes.writeUInt32LE(audio.rate * count * 4, 28);
  bytes.writeUInt16LE(count * 4, 32);
  bytes.writeUInt16LE(32, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(bytes.length - 44, 40);
  audio.channels.forEach((samples, channel) => {
    samples.forEach((sample, frame) => {
      bytes.writeFloatLE(sample, 44 + (frame * count + channel) * 4);
    });
  });
  await writeFile(path, bytes);
}

/** The mean of all channels. */
export function mixToMono(channels: readonly Float32Array[]): Float32Array {
  const [first] = channels;
  if (first === undefined) return new Float32Array(0);
  if (channels.length === 1) return first;
  const mono = new Float32Array(first.length);
  for (const channel of channels) {
    for (let i = 0; i < mono.length; i++)
      mono[i] = (mono[i] as number) + (channel[i] as number) / channels.length;
  }
  return mono;
}
