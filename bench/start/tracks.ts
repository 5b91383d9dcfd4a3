import { closeSync, openSync, writeSync } from 'node:fs';

const RATE = 44_100;
const CHANNELS = 2;
const HEADER_BYTES = 44;
const LOUD = 0.5;
const QUIET = 0.01;
/** What is louder than this is heard, and quiet parts aren't. */
export const AUDIBLE = 0.1;

/** A part of a track that is all noise of one level. */
interface Part {
  readonly seconds: number;
  readonly level: number;
}

/** Where in the short track it becomes quiet, and loud again. */
export const QUIET_AT_S = 10;
export const LOUD_AGAIN_AT_S = 20;

/** Noise that begins at full level with the first frame, and after a quiet middle begins so once more: 5 MB. */
export function writeShortTrack(path: string): void {
  const rest = LOUD_AGAIN_AT_S - QUIET_AT_S;
  writeNoise(path, 1, [
    { seconds: QUIET_AT_S, level: LOUD },
    { seconds: rest, level: QUIET },
    { seconds: QUIET_AT_S, level: LOUD },
  ]);
}

/** Nothing but loud noise, of about so many MB; another seed makes another track. */
export function writeLargeTrack(path: string, megabytes: number, seed: number): void {
  writeNoise(path, seed, [{ seconds: (megabytes * 1e6) / (RATE * CHANNELS * 2), level: LOUD }]);
}

/** A 16-bit WAV, second by second. */
function writeNoise(path: string, seed: number, parts: readonly Part[]): void {
  const file = openSync(path, 'w');
  try {
    const seconds = parts.reduce((sum, part) => sum + Math.floor(part.seconds), 0);
    writeSync(file, header(seconds * RATE * CHANNELS * 2));
    for (const { seconds: length, level } of parts) {
      // One second over and over: its noise is drawn once, which is most of the work.
      const second = noise(seed, level);
      for (let done = 0; done < Math.floor(length); done++) writeSync(file, second);
    }
  } finally {
    closeSync(file);
  }
}

function noise(seed: number, level: number): Int16Array {
  let state = seed;
  return new Int16Array(RATE * CHANNELS).map(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    // Of one magnitude throughout, so that the first frame is as loud as all others.
    return Math.round((state < 0 ? -1 : 1) * level * 32_767);
  });
}

function header(dataBytes: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write('RIFF', 0, 'ascii');
  bytes.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  bytes.write('WAVEfmt ', 8, 'ascii');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(CHANNELS, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE * CHANNELS * 2, 28);
  bytes.writeUInt16LE(CHANNELS * 2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'ascii');
  bytes.writeUInt32LE(dataBytes, 40);
  return bytes;
}
