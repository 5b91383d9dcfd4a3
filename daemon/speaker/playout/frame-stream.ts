/** Decoded frames of one track around the position that is being played. Stereo; mono is on both channels. */
export interface FrameStream {
  /** Asks for the frames from here on to be decoded ahead; a far position seeks. */
  want(frame: number): void;
  /** How many frames from here on are decoded, up to the track's end. */
  availableFrom(frame: number): number;
  /** Copies frames [from, from + count) that must be inside the track; false when they aren't decoded. */
  copy(from: number, count: number, into: readonly [Float32Array, Float32Array], at: number): boolean;
  /** Why nothing comes, if it never will. */
  readonly problem: string | undefined;
  close(): void;
}
