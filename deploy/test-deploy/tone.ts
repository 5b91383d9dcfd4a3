import { writeFileSync } from 'node:fs';

const RATE = 44_100;
const CHANNELS = 2;
const BYTES = 2;
const HEADER = 44;

/** Writes a WAV file with a tone of 440 Hz, half as loud as can be. */
export function writeTone(file: string, seconds: number): void {
  const frames = seconds * RATE;
  const bytes = Buffer.alloc(HEADER + frames * CHANNELS * BYTES);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(CHANNELS, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE * CHANNELS * BYTES, 28);
  bytes.writeUInt16LE(CHANNELS * BYTES, 32);
  bytes.writeUInt16LE(8 * BYTES, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(bytes.length - HEADER, 40);
  for (let frame = 0; frame < frames; frame++) {
    const value = Math.round(0.5 * 32_767 * Math.sin((2 * Math.PI * 440 * frame) / RATE));
    for (let channel = 0; channel < CHANNELS; channel++)
      bytes.writeInt16LE(value, HEADER + (frame * CHANNELS + channel) * BYTES);
  }
  writeFileSync(file, bytes);
}

/** How loud a recording of the simulated DAC is, 0 to 1, in its last seconds. @param wav 32-bit samples at 48 kHz */
export function loudnessOf(wav: Buffer, seconds = 2): number {
  const from = Math.max(HEADER, wav.length - seconds * 48_000 * CHANNELS * 4);
  let sum = 0;
  let count = 0;
  for (let at = from - (from % 4); at + 4 <= wav.length; at += 4) {
    sum += (wav.readInt32LE(at) / 2 ** 31) ** 2;
    count++;
  }
  return count === 0 ? 0 : Math.sqrt(sum / count);
}
