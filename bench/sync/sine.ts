import { writeFile } from 'node:fs/promises';

const RATE = 44_100;
const AMPLITUDE = 0.5;

/** Writes a stereo WAV of 24 bits with a sine at −6 dB. */
export async function writeSine(path: string, hz: number, seconds: number): Promise<void> {
  const frames = Math.round(RATE * seconds);
  const bytes = Buffer.alloc(44 + frames * 6);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE * 6, 28);
  bytes.writeUInt16LE(6, 32);
  bytes.writeUInt16LE(24, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(frames * 6, 40);
  for (let i = 0; i < frames; i++) {
    const sample = Math.round(AMPLITUDE * Math.sin((2 * Math.PI * hz * i) / RATE) * (2 ** 23 - 1));
    bytes.writeIntLE(sample, 44 + i * 6, 3);
    bytes.writeIntLE(sample, 47 + i * 6, 3);
  }
  await writeFile(path, bytes);
}
