import type { TrackIndex } from '../../protos/index.ts';
import { ByteFeed, type ByteParser } from './byte-feed.ts';
import { MediaError } from './media-error.ts';
import { parseWavFormat, SAMPLE_BYTES, type WavFormat } from './wav-header.ts';

const CHUNK_HEADER_BYTES = 8;
const MAX_FORMAT_BYTES = 1024;
const MAX_TAG_BYTES = 1 << 16;

interface Layout {
  readonly format: WavFormat | undefined;
  readonly dataOffset: number;
  /** As the file says; Infinity where it runs to the end of the file. */
  readonly dataBytes: number;
  /** Chunks that hold tags, as they are, one after the other. */
  readonly tags: readonly Uint8Array[];
}

/**
 * Finds format, samples and tags of a RIFF/WAVE or RF64 file that is fed in chunks. Where the file ends
 * before its data does, or the data's size was never filled in, what is there counts.
 */
export class WavScan {
  readonly #feed = new ByteFeed(parseRiff());
  #bytes = 0;

  /** @throws {MediaError} when the samples are of a kind that Jam doesn't play */
  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#feed.push(chunk);
  }

  /** @throws {MediaError} when there are no samples */
  finish(): { index: Omit<TrackIndex, 'hash'>; tags: Uint8Array } {
    const { format, dataOffset, dataBytes, tags } = this.#feed.finish();
    if (!format) throw new MediaError('its header is damaged');
    const frameBytes = format.channels * SAMPLE_BYTES[format.sampleFormat];
    const frames = Math.floor(Math.min(dataBytes, this.#bytes - dataOffset) / frameBytes);
    if (dataOffset === 0 || frames <= 0) throw new MediaError('there is no sound in it');
    const index = {
      codec: 'WAV' as const,
      ...format,
      frames,
      audioOffset: dataOffset,
      audioEnd: dataOffset + frames * frameBytes,
      startSkipFrames: 0,
      framesPerPacket: 0,
      packetsPerCheckpoint: 0,
      checkpointBytes: [],
    };
    return { index, tags: tagFile(tags) };
  }
}

function* parseRiff(): ByteParser<Layout> {
  yield { skip: 12 }; // RIFF or RF64, size, WAVE
  let at = 12;
  let format: WavFormat | undefined;
  let dataOffset = 0;
  let dataBytes = 0;
  let largeDataBytes = Number.POSITIVE_INFINITY;
  const tags: Uint8Array[] = [];
  for (;;) {
    const header = yield { read: CHUNK_HEADER_BYTES };
    if (header.length < CHUNK_HEADER_BYTES) return { format, dataOffset, dataBytes, tags };
    at += CHUNK_HEADER_BYTES;
    const id = String.fromCharCode(...header.subarray(0, 4));
    let size = littleEndian(header, 4);
    let body: Uint8Array = new Uint8Array(0);
    if (id === 'data' && dataOffset === 0) {
      if (size === 0 || size === 0xffff_ffff) size = largeDataBytes;
      dataOffset = at;
      dataBytes = size;
    } else if (id === 'fmt ' || id === 'ds64') {
      body = yield { read: Math.min(size, MAX_FORMAT_BYTES) };
      if (id === 'fmt ') format = parseWavFormat(body);
      else if (body.length >= 16) largeDataBytes = littleEndian(body, 8) + littleEndian(body, 12) * 2 ** 32;
    } else if ((id === 'LIST' || id === 'id3 ' || id === 'ID3 ') && size <= MAX_TAG_BYTES) {
      body = yield { read: size };
      tags.push(header, body, new Uint8Array(size % 2));
    }
    const rest = size + (size % 2 || 0) - body.length;
    if (rest > 0) yield { skip: rest };
    at += body.length + rest;
  }
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

/** A WAV file with the tags and no samples. */
function tagFile(tags: readonly Uint8Array[]): Uint8Array {
  if (tags.length === 0) return new Uint8Array(0);
  const format = Buffer.from('666d74201000000001000100401f0000803e000002001000', 'hex');
  const body = Buffer.concat([Buffer.from('WAVE'), format, ...tags, Buffer.from('data\0\0\0\0')]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.from('RIFF'), size, body]);
}
