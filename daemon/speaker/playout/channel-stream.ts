import type { FrameStream } from './frame-stream.ts';

/** What of a track a speaker plays: both channels as they are, one of them, their mean, or the two exchanged. */
export const CHANNEL_CHOICES = ['stereo', 'left', 'right', 'mono', 'swap'] as const;
export type ChannelChoice = (typeof CHANNEL_CHOICES)[number];

/** A track's frames as one speaker of a stereo pair plays them: what is chosen is on both channels. */
export class ChannelStream implements FrameStream {
  readonly #stream: FrameStream;
  readonly #choice: ChannelChoice;

  constructor(stream: FrameStream, choice: ChannelChoice) {
    this.#stream = stream;
    this.#choice = choice;
  }

  want(frame: number): void {
    this.#stream.want(frame);
  }

  availableFrom(frame: number): number {
    return this.#stream.availableFrom(frame);
  }

  get problem(): string | undefined {
    return this.#stream.problem;
  }

  copy(from: number, count: number, into: readonly [Float32Array, Float32Array], at: number): boolean {
    const [left, right] = into;
    const target = this.#choice === 'swap' ? ([right, left] as const) : into;
    const isThere = this.#stream.copy(from, count, target, at);
    if (!isThere) return false;
    if (this.#choice === 'left') right.set(left.subarray(at, at + count), at);
    if (this.#choice === 'right') left.set(right.subarray(at, at + count), at);
    if (this.#choice === 'mono') {
      for (let i = at; i < at + count; i++) left[i] = right[i] = (left[i]! + right[i]!) / 2;
    }
    return true;
  }

  close(): void {
    this.#stream.close();
  }
}
