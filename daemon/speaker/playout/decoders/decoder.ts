/** Where a track's bytes come from: a cache, a file, a download under way. */
export interface TrackBytes {
  /**
   * Resolves with exactly `length` bytes from `offset` on, when they have arrived.
   * Rejects with an Error when they can't be had.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A stretch of decoded audio. */
export interface DecodedChunk {
  /** Position of its first frame in the track. */
  readonly firstFrame: number;
  readonly frames: number;
  /** The samples of each channel, `frames` each, −1 to 1 at full scale and not clipped; the receiver's own. */
  readonly channels: Float32Array[];
}

/**
 * Decodes one track from any position, exact to the frame: what follows a seek is what decoding from the
 * start yields there. Positions are those of Track.frames: encoder delay and padding are gone.
 */
export interface Decoder {
  /** The next next() starts at this frame. One that is under way still yields what it was asked for. */
  seek(frame: number): void;
  /**
   * The chunk that follows the last one without a gap; undefined at the end of the track and after close().
   * One call at a time. Where the track's bytes are damaged or too few it yields silence of the same length.
   * Rejects as TrackBytes.read does; the next call tries again from the same frame.
   */
  next(): Promise<DecodedChunk | undefined>;
  close(): void;
}
