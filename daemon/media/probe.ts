import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Track, TrackIndex } from '../../protos/index.ts';
import { ByteFeed } from './byte-feed.ts';
import { id3Text } from './id3-text.ts';
import { MediaError } from './media-error.ts';
import { Mp3Scan } from './mp3-scan.ts';
import { SNIFF_BYTES, sniff, sniffMpeg } from './sniff.ts';
import { cleanText, readNames } from './tags.ts';
import { Tail } from './tail.ts';
import { WavScan } from './wav-scan.ts';

const READ_BYTES = 1 << 16;
const TAIL_BYTES = 1 << 16;

/** What one codec's scan of a whole file has found. */
interface Scanned {
  readonly index: Omit<TrackIndex, 'hash'>;
  /** A small file with the tags. */
  readonly tags: Uint8Array;
  readonly mimeType: string;
}

interface Scanner {
  push(chunk: Uint8Array): void;
  finish(): Scanned;
}

/**
 * Reads a track once from start to end, in constant memory: what it is, its names, and the index by which it
 * is decoded from any position.
 * @param source a path, or the file's bytes as they come
 * @param fileName for messages, and for the title where tags give none
 * @throws {MediaError} for people, when it isn't music that Jam can play; whatever reading throws
 */
export async function probeTrack(
  source: string | AsyncIterable<Uint8Array>,
  fileName: string,
): Promise<{ track: Track; index: TrackIndex }> {
  const chunks =
    typeof source === 'string' ? createReadStream(source, { highWaterMark: READ_BYTES }) : source;
  try {
    return await scan(chunks, fileName);
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    throw new MediaError(`${cleanText(fileName)} isn't music that Jam can play: ${error.message}`);
  }
}

async function scan(
  chunks: AsyncIterable<Uint8Array>,
  fileName: string,
): Promise<{ track: Track; index: TrackIndex }> {
  const sha256 = createHash('sha256');
  let bytes = 0;
  let held: Uint8Array = new Uint8Array(0);
  let scanner: Scanner | undefined;
  for await (const chunk of chunks) {
    sha256.update(chunk);
    bytes += chunk.length;
    if (scanner) {
      scanner.push(chunk);
      continue;
    }
    held = Buffer.concat([held, chunk]);
    if (held.length < SNIFF_BYTES) continue;
    scanner = scannerFor(held);
    scanner.push(held);
  }
  if (!scanner) throw new MediaError(bytes === 0 ? 'the file is empty' : 'there is no sound in it');
  const scanned = scanner.finish();
  const index = { hash: sha256.digest('hex'), ...scanned.index };
  const { hash, codec, sampleRate, channels, frames } = index;
  const names = await readNames(scanned.tags, scanned.mimeType, fileName);
  return { track: { hash, bytes, codec, sampleRate, channels, frames, ...names }, index };
}

function scannerFor(head: Uint8Array): Scanner {
  const found = sniff(head.subarray(0, SNIFF_BYTES));
  if (found.kind === 'other') throw new MediaError(`it is ${found.name}; Jam plays MP3 and WAV`);
  return found.kind === 'wav' ? wavScanner() : mp3Scanner(head);
}

function wavScanner(): Scanner {
  const wav = new WavScan();
  return {
    push: (chunk) => wav.push(chunk),
    finish: () => ({ ...wav.finish(), mimeType: 'audio/wav' }),
  };
}

function mp3Scanner(head: Uint8Array): Scanner {
  const mp3 = new Mp3Scan();
  const id3 = new ByteFeed(id3Text());
  const tail = new Tail(TAIL_BYTES);
  const named = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      const name = error instanceof MediaError ? sniffMpeg(head) : undefined;
      throw name ? new MediaError(`it is ${name}; Jam plays MP3 and WAV`) : error;
    }
  };
  return {
    push(chunk) {
      id3.push(chunk);
      tail.push(chunk);
      named(() => mp3.push(chunk));
    },
    finish() {
      const index = named(() => mp3.finish());
      const tags = Buffer.concat([id3.finish(), tail.from(index.audioEnd)]);
      return { index, tags, mimeType: 'audio/mpeg' };
    },
  };
}
