import { type Ppm, ppm } from '../../units.ts';
import type { FrameStream } from './frame-stream.ts';
import type { Kernel } from './kernel.ts';
import type { Sounding } from './plan.ts';
import { resample } from './resampler.ts';

/** Finds the decoded frames of a segment; undefined while there are none. */
export type StreamOf = (segment: Sounding) => FrameStream | undefined;

/** The segments on both sides that the track joins on to without a gap, if any. */
export interface Neighbours {
  readonly before: Sounding | undefined;
  readonly after: Sounding | undefined;
}

/** One track being played: where it is in the track, and how it gets from there to output frames. */
export class Voice {
  readonly segment: Sounding;
  readonly #kernel: Kernel;
  readonly #streamOf: StreamOf;
  readonly #window: [Float32Array, Float32Array] = [new Float32Array(0), new Float32Array(0)];
  /** Position in the track of the next output frame, in frames. */
  at: number;
  slewPpm: Ppm = ppm(0);
  /** Output frames rendered since the sound began. */
  age = 0;
  /** Whether it begins with a fade-in rather than at full level. */
  readonly fades: boolean;
  neighbours: Neighbours = { before: undefined, after: undefined };

  constructor(segment: Sounding, kernel: Kernel, streamOf: StreamOf, at: number, fades: boolean) {
    this.segment = segment;
    this.#kernel = kernel;
    this.#streamOf = streamOf;
    this.at = at;
    this.fades = fades;
  }

  /** Whether the frames for so many output frames are decoded. */
  has(count: number, step: number): boolean {
    const { frames } = this.segment.sound.track;
    const from = Math.max(0, Math.floor(this.at) - this.#kernel.halfWidth);
    const to = Math.min(frames, Math.ceil(this.at + count * step) + this.#kernel.halfWidth + 1);
    if (from >= to) return true;
    return (this.#streamOf(this.segment)?.availableFrom(from) ?? 0) >= to - from;
  }

  /** Renders count output frames (interleaved) and moves on. Frames that aren't decoded are silent. */
  render(step: number, out: Float32Array, outChannels: number, outOffset: number, count: number): void {
    const { halfWidth } = this.#kernel;
    const from = Math.floor(this.at) - halfWidth;
    const length = Math.ceil(this.at + count * step) + halfWidth + 1 - from;
    const window = this.#fillWindow(from, length);
    resample(this.#kernel, window, this.at - from, step, out, outChannels, outOffset, count);
    this.at += step * count;
    this.age += count;
  }

  #fillWindow(from: number, length: number): readonly Float32Array[] {
    if (this.#window[0].length < length) {
      this.#window[0] = new Float32Array(length);
      this.#window[1] = new Float32Array(length);
    }
    this.#window[0].fill(0);
    this.#window[1].fill(0);
    const { before, after } = this.neighbours;
    const { frames } = this.segment.sound.track;
    if (before) this.#copy(before, from + before.sound.track.frames, length, 0);
    this.#copy(this.segment, from, length, 0);
    if (after) this.#copy(after, from - frames, length, 0);
    return this.#window;
  }

  /** Copies what of [from, from + length) lies inside the segment's track to the same places in the window. */
  #copy(segment: Sounding, from: number, length: number, at: number): void {
    const begin = Math.max(0, from);
    const end = Math.min(segment.sound.track.frames, from + length);
    if (begin < end) this.#streamOf(segment)?.copy(begin, end - begin, this.#window, at + begin - from);
  }
}
