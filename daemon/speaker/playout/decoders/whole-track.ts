import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { TrackIndex } from '../../../../protos/index.ts';
import { probeTrack } from '../../../media/probe.ts';
import type { DecodedChunk, TrackBytes } from './decoder.ts';
import { MpegStock } from './mpeg-stock.ts';
import { openDecoder } from './open-decoder.ts';

/** All of a track's frames. */
export interface WholeTrack {
  readonly sampleRate: number;
  readonly frames: number;
  readonly channels: Float32Array[];
}

/** Bytes that are all there. */
export function bytesInMemory(bytes: Uint8Array): TrackBytes {
  return {
    async read(offset, length) {
      if (offset + length > bytes.length)
        throw new Error(`${offset + length} is behind the end of the bytes`);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/**
 * Decodes a file at once, for tests and measurements.
 * @throws {MediaError} when it isn't music that Jam can play
 */
export async function decodeFile(path: string): Promise<WholeTrack> {
  const { index } = await probeTrack(path, basename(path));
  return await decodeFrom(0, index, bytesInMemory(await readFile(path)));
}

/** Decodes a track from a frame on, to its end or until there are at least `atLeast` frames. */
export async function decodeFrom(
  frame: number,
  index: TrackIndex,
  bytes: TrackBytes,
  atLeast = Number.POSITIVE_INFINITY,
): Promise<WholeTrack> {
  const decoder = await openDecoder(index, bytes, new MpegStock());
  try {
    decoder.seek(frame);
    const chunks: DecodedChunk[] = [];
    let end = frame;
    for (let chunk = await decoder.next(); chunk; chunk = await decoder.next()) {
      if (chunk.firstFrame !== end)
        throw new Error(`a chunk starts at ${chunk.firstFrame} instead of ${end}`);
      chunks.push(chunk);
      end += chunk.frames;
      if (end - frame >= atLeast) break;
    }
    return joined(index, chunks, end - frame);
  } finally {
    decoder.close();
  }
}

function joined(index: TrackIndex, chunks: readonly DecodedChunk[], frames: number): WholeTrack {
  const channels = Array.from({ length: index.channels }, (_, c) => {
    const samples = new Float32Array(frames);
    let at = 0;
    for (const chunk of chunks) {
      const part = chunk.channels[c];
      if (!part || part.length !== chunk.frames)
        throw new Error(`channel ${c} isn't ${chunk.frames} frames long`);
      samples.set(part, at);
      at += chunk.frames;
    }
    return samples;
  });
  return { sampleRate: index.sampleRate, frames, channels };
}
