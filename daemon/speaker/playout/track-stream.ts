import type { DecodedChunk, Decoder } from './decoders/decoder.ts';
import type { FrameStream } from './frame-stream.ts';
import type { Turns } from './turns.ts';

/** Decoded ahead of the position asked for, in seconds. */
const aheadS = 1.5;
/** Kept behind it: the resampler looks back, and the next track's beginning looks back into this one's end. */
const behindS = 0.25;

/** A track's decoded frames in a ring around the position being played, filled by a decoder in the background. */
export class TrackStream implements FrameStream {
  readonly #decoder: Promise<Decoder>;
  readonly #trackFrames: number;
  readonly #turns: Turns;
  readonly #ahead: number;
  readonly #behind: number;
  readonly #ring: readonly [Float32Array, Float32Array];
  /** Frames [#begin, #end) are in the ring, frame f at f modulo its length. */
  #begin = 0;
  #end = 0;
  #wanted = 0;
  #seekTo: number | undefined = 0;
  #filling = false;
  #closed = false;
  #problem: string | undefined;

  /**
   * @param trackFrames the track's length
   * @param rate its sample rate, Hz
   * @param turns in which it decodes
   */
  constructor(decoder: Promise<Decoder>, trackFrames: number, rate: number, turns: Turns) {
    this.#decoder = decoder;
    this.#turns = turns;
    this.#trackFrames = trackFrames;
    this.#ahead = Math.ceil(aheadS * rate);
    this.#behind = Math.ceil(behindS * rate);
    const length = this.#ahead + this.#behind + Math.ceil(rate / 2);
    this.#ring = [new Float32Array(length), new Float32Array(length)];
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  want(frame: number): void {
    const from = Math.max(0, Math.min(Math.floor(frame), this.#trackFrames));
    this.#wanted = from;
    const [begin, end] = this.#seekTo === undefined ? [this.#begin, this.#end] : [this.#seekTo, this.#seekTo];
    // A little ahead of what is there, decoding on gets there sooner than a seek.
    if (from < begin || from > end + this.#ahead) this.#seekTo = Math.max(0, from - this.#behind);
    if (!this.#filling && !this.#closed && !this.#problem) void this.#fill();
  }

  availableFrom(frame: number): number {
    const from = Math.max(0, Math.ceil(frame));
    if (this.#seekTo !== undefined || from < this.#begin) return 0;
    return Math.max(0, this.#end - from);
  }

  copy(from: number, count: number, into: readonly [Float32Array, Float32Array], at: number): boolean {
    if (this.#seekTo !== undefined || from < this.#begin || from + count > this.#end) return false;
    const length = this.#ring[0].length;
    const start = from % length;
    const first = Math.min(count, length - start);
    for (const channel of [0, 1] as const) {
      into[channel].set(this.#ring[channel].subarray(start, start + first), at);
      into[channel].set(this.#ring[channel].subarray(0, count - first), at + first);
    }
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#decoder.then(
      (decoder) => decoder.close(),
      () => {},
    );
  }

  async #fill(): Promise<void> {
    this.#filling = true;
    try {
      const decoder = await this.#decoder;
      // The device is served from the same thread, and must not wait until all is decoded.
      do await this.#turns.own();
      while (!this.#closed && (await this.#fillOnce(decoder)));
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.#filling = false;
    }
  }

  /** Decodes one chunk; false when there is enough. */
  async #fillOnce(decoder: Decoder): Promise<boolean> {
    if (this.#seekTo !== undefined) {
      decoder.seek(this.#seekTo);
      this.#begin = this.#end = this.#seekTo;
      this.#seekTo = undefined;
    }
    if (this.#end >= this.#trackFrames || this.#end >= this.#wanted + this.#ahead) return false;
    const chunk = await decoder.next();
    if (!chunk) return false;
    if (this.#seekTo === undefined && !this.#closed) this.#append(chunk);
    return true;
  }

  #append({ channels, frames }: DecodedChunk): void {
    const [left, right = left] = channels;
    if (!left || !right) return;
    const length = this.#ring[0].length;
    const start = this.#end % length;
    const first = Math.min(frames, length - start);
    for (const [ring, channel] of [
      [this.#ring[0], left],
      [this.#ring[1], right],
    ] as const) {
      ring.set(channel.subarray(0, first), start);
      ring.set(channel.subarray(first, frames), 0);
    }
    this.#end += frames;
    this.#begin = Math.max(this.#begin, this.#end - length);
  }
}
