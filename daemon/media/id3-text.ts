import { ByteFeed, type ByteParser } from './byte-feed.ts';
import { syncsafe } from './mp3-sync.ts';

/** Title, artist and album as ID3v2.3/2.4 and ID3v2.2 name them. */
const WANTED = new Set(['TIT2', 'TPE1', 'TALB', 'TT2', 'TP1', 'TAL']);
const MAX_TEXT_BYTES = 2048;
const MAX_TEXT_FRAMES = 16;
const MAX_UNSYNCHRONISED_BYTES = 1 << 16;
const NONE = new Uint8Array(0);

/**
 * Reads an ID3v2 tag at the start of a file and returns one with nothing but title, artist and album, a few
 * KB at most however large the tag is: pictures are passed over unread. Empty when there is no such tag.
 */
export function* id3Text(): ByteParser<Uint8Array> {
  const header = yield { read: 10 };
  const [, , , major = 0, , flags = 0, ...size] = header;
  if (String.fromCharCode(...header.subarray(0, 3)) !== 'ID3' || major < 2 || major > 4) return NONE;
  const bytes = syncsafe(size);
  const unsynchronised = (flags & 0x80) !== 0 && major < 4;
  const frames = unsynchronised
    ? yield* synchronised(major, flags, bytes)
    : yield* textFrames(major, flags, bytes);
  if (frames.length === 0) return NONE;
  const body = Buffer.concat(frames);
  return Buffer.concat([Buffer.from([0x49, 0x44, 0x33, major, 0, 0]), toSyncsafe(body.length), body]);
}

// Up to ID3v2.3, sizes inside the tag count the bytes as they were before zeros were put in after each 0xff.
function* synchronised(major: number, flags: number, bytes: number): ByteParser<Uint8Array[]> {
  const raw = yield { read: Math.min(bytes, MAX_UNSYNCHRONISED_BYTES) };
  const feed = new ByteFeed(textFrames(major, flags, bytes));
  feed.push(raw.filter((byte, i) => byte !== 0 || i === 0 || raw[i - 1] !== 0xff));
  return feed.finish();
}

function* textFrames(major: number, flags: number, bytes: number): ByteParser<Uint8Array[]> {
  const idBytes = major === 2 ? 3 : 4;
  const headerBytes = major === 2 ? 6 : 10;
  const kept: Uint8Array[] = [];
  let left = bytes;
  if (major > 2 && flags & 0x40) left -= yield* skipExtendedHeader(major);
  while (left > headerBytes && kept.length < 4 * MAX_TEXT_FRAMES) {
    const header = yield { read: headerBytes };
    if (header.length < headerBytes || header[0] === 0) break;
    const id = String.fromCharCode(...header.subarray(0, idBytes));
    const size = frameSize(header.subarray(idBytes, 2 * idBytes), major);
    left -= headerBytes + size;
    if (left < 0) break;
    const text = WANTED.has(id) ? yield { read: Math.min(size, MAX_TEXT_BYTES) } : NONE;
    if (text.length > 0)
      kept.push(
        header.subarray(0, idBytes),
        sizeBytes(text.length, major),
        header.subarray(2 * idBytes),
        text,
      );
    if (size > text.length) yield { skip: size - text.length };
  }
  return kept;
}

function* skipExtendedHeader(major: number): ByteParser<number> {
  const size = frameSize(yield { read: 4 }, major);
  const rest = major === 4 ? Math.max(0, size - 4) : size;
  if (rest > 0) yield { skip: rest };
  return rest + 4;
}

function frameSize(bytes: Uint8Array, major: number): number {
  return major === 4 ? syncsafe(bytes) : bytes.reduce((size, byte) => size * 256 + byte, 0);
}

function sizeBytes(size: number, major: number): Uint8Array {
  if (major === 4) return toSyncsafe(size);
  return Uint8Array.of(0, 0, size >> 8, size & 0xff).subarray(major === 2 ? 1 : 0);
}

function toSyncsafe(size: number): Uint8Array {
  return Uint8Array.of((size >> 21) & 0x7f, (size >> 14) & 0x7f, (size >> 7) & 0x7f, size & 0x7f);
}
