import { HEADER_BYTES, type Mp3Header, parseMp3Header } from './mp3-header.ts';

/**
 * What comes next in a stretch of an mp3 file:
 * - frame: an mp3 frame, all of it in the window
 * - skip: an ID3v2 tag of `bytes` from `at`, which may reach beyond the window
 * - more: undecided from `at` on until more bytes have come; `locked` is to be passed on
 * - end: nothing more
 */
export type Step =
  | { readonly kind: 'frame'; readonly at: number; readonly header: Mp3Header }
  | { readonly kind: 'skip'; readonly at: number; readonly bytes: number }
  | { readonly kind: 'more'; readonly at: number; readonly locked: boolean }
  | { readonly kind: 'end' };

const ID3_HEADER_BYTES = 10;
const END: Step = { kind: 'end' };

/** What is known where a search goes on. */
export interface Known {
  /**
   * Sample rate of the stream, which tells the MPEG version too; undefined until the first mp3 frame. Bit
   * rate, channels and checksum may change from one mp3 frame to the next.
   */
  readonly rate: number | undefined;
  /** An mp3 frame is expected right here. */
  readonly locked: boolean;
  /** The window's end is the end of all. */
  readonly ended: boolean;
}

/**
 * Finds the next mp3 frame from `at` on. Where one is expected, its own header is enough; after junk, the
 * header of another (or the end) has to follow it, and before the rate is known those of two.
 */
export function nextStep(window: Uint8Array, at: number, known: Known): Step {
  const { rate, locked, ended } = known;
  if (!locked) return search(window, at, known);
  if (!ended && at + ID3_HEADER_BYTES > window.length) return { kind: 'more', at, locked };
  const header = parseMp3Header(window, at);
  if (!header || header.sampleRate !== rate) return search(window, at, known);
  if (at + header.bytes <= window.length) return { kind: 'frame', at, header };
  return ended ? search(window, at + 1, known) : { kind: 'more', at, locked };
}

function search(window: Uint8Array, from: number, { rate, ended }: Known): Step {
  for (let at = from; at < window.length; at++) {
    if (window[at] !== 0xff && window[at] !== 0x49) continue;
    if (!ended && at + ID3_HEADER_BYTES > window.length) return { kind: 'more', at, locked: false };
    const tagBytes = id3Bytes(window, at);
    if (tagBytes > 0) return { kind: 'skip', at, bytes: tagBytes };
    const header = parseMp3Header(window, at);
    if (!header || (rate !== undefined && header.sampleRate !== rate)) continue;
    const verdict = followed(window, at, header, rate === undefined ? 2 : 1, ended);
    if (verdict === 'yes') return { kind: 'frame', at, header };
    if (verdict === 'unknown') return { kind: 'more', at, locked: false };
  }
  return ended ? END : { kind: 'more', at: window.length, locked: false };
}

function followed(
  window: Uint8Array,
  at: number,
  header: Mp3Header,
  times: number,
  ended: boolean,
): 'yes' | 'no' | 'unknown' {
  let next = at + header.bytes;
  for (let i = 0; i < times; i++) {
    if (ended && (next === window.length || (next < window.length && isTag(window, next)))) return 'yes';
    if (next + HEADER_BYTES > window.length) return ended ? 'no' : 'unknown';
    const follower = parseMp3Header(window, next);
    if (follower?.sampleRate !== header.sampleRate) return 'no';
    next += follower.bytes;
  }
  return 'yes';
}

function isTag(window: Uint8Array, at: number): boolean {
  const start = String.fromCharCode(...window.subarray(at, at + 8));
  return start.startsWith('TAG') || start.startsWith('APETAGEX') || start.startsWith('LYRICSBE');
}

/** Length of the ID3v2 tag at `at` with its header and footer; 0 when none is there. */
export function id3Bytes(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x49 || at + ID3_HEADER_BYTES > bytes.length) return 0;
  const [, d, three, major = 0xff, , flags = 0, ...size] = bytes.subarray(at, at + ID3_HEADER_BYTES);
  if (d !== 0x44 || three !== 0x33 || major === 0xff || size.some((byte) => byte > 0x7f)) return 0;
  return ID3_HEADER_BYTES + syncsafe(size) + (flags & 0x10 ? ID3_HEADER_BYTES : 0);
}

/** A number of seven bits a byte, as ID3v2 writes sizes. */
export function syncsafe(bytes: Iterable<number>): number {
  let value = 0;
  for (const byte of bytes) value = value * 128 + (byte & 0x7f);
  return value;
}
