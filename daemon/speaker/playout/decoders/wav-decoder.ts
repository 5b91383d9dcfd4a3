import type { SampleFormat, TrackIndex } from '../../../../protos/index.ts';
import { SAMPLE_BYTES } from '../../../media/wav-header.ts';
import type { DecodedChunk, Decoder, TrackBytes } from './decoder.ts';

const READ_BYTES = 1 << 14;

type SampleReader = (view: DataView, at: number) => number;

// What isn't a finite number is damage, and would spoil all that the resampler makes of it.
const READERS: Readonly<Record<SampleFormat, SampleReader>> = {
  U8: (view, at) => (view.getUint8(at) - 128) / 2 ** 7,
  S16LE: (view, at) => view.getInt16(at, true) / 2 ** 15,
  S24LE: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  S32LE: (view, at) => view.getInt32(at, true) / 2 ** 31,
  F32LE: (view, at) => {
    const sample = view.getFloat32(at, true);
    return Number.isFinite(sample) ? sample : 0;
  },
};

/** Decodes the samples of a WAV file. */
export class WavDecoder implements Decoder {
  readonly #index: TrackIndex;
  readonly #bytes: TrackBytes;
  readonly #sampleBytes: number;
  readonly #sampleAt: SampleReader;
  #position = 0;
  #seeks = 0;
  #closed = false;

  constructor(index: TrackIndex, sampleFormat: SampleFormat, bytes: TrackBytes) {
    this.#index = index;
    this.#bytes = bytes;
    this.#sampleBytes = SAMPLE_BYTES[sampleFormat];
    this.#sampleAt = READERS[sampleFormat];
  }

  seek(frame: number): void {
    this.#position = frame;
    this.#seeks++;
  }

  async next(): Promise<DecodedChunk | undefined> {
    const firstFrame = this.#position;
    const seeks = this.#seeks;
    const frameBytes = this.#sampleBytes * this.#index.channels;
    const frames = Math.min(Math.floor(READ_BYTES / frameBytes), this.#index.frames - firstFrame);
    if (frames <= 0 || this.#closed) return undefined;
    const offset = this.#index.audioOffset + firstFrame * frameBytes;
    const bytes = await this.#bytes.read(offset, frames * frameBytes);
    if (this.#closed) return undefined;
    if (seeks === this.#seeks) this.#position = firstFrame + frames;
    const channels = Array.from({ length: this.#index.channels }, (_, c) => this.#channel(bytes, c, frames));
    return { firstFrame, frames, channels };
  }

  close(): void {
    this.#closed = true;
  }

  #channel(bytes: Uint8Array, channel: number, frames: number): Float32Array {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const samples = new Float32Array(frames);
    const stride = this.#sampleBytes * this.#index.channels;
    for (let i = 0, at = channel * this.#sampleBytes; i < frames; i++, at += stride) {
      samples[i] = this.#sampleAt(view, at);
    }
    return samples;
  }
}
