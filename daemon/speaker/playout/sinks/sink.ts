import type { LocalUs } from '../../../units.ts';

/** What a sink has agreed on with its device. */
export interface SinkFormat {
  /** For people: the ALSA PCM's name, or the file. */
  readonly device: string;
  readonly rate: number;
  readonly channels: number;
  readonly sampleFormat: 'S16' | 'S24' | 'S32' | 'FLOAT';
  /** What the device can hold, in frames. */
  readonly bufferFrames: number;
}

/** Where the device is, as of one instant. Frames count from the last start(). */
export interface SinkStatus {
  readonly state: 'running' | 'xrun';
  readonly atLocalUs: LocalUs;
  readonly writtenFrames: number;
  /** Frames written and not yet heard at atLocalUs, as the driver reports it. */
  readonly delayFrames: number;
}

/** Why a device can't be used; the message is a sentence for people. */
export class SinkError extends Error {
  override name = 'SinkError';
  readonly reason: 'missing' | 'busy' | 'unsupported' | 'gone';

  constructor(reason: SinkError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A sound device, real or simulated, that consumes frames at its own crystal's rate. No call blocks. */
export interface Sink {
  /** @throws {SinkError} when the device is missing, busy or fits no known format */
  open(): SinkFormat;
  /**
   * Starts, or starts over after an xrun, with the frames given (interleaved, −1 to 1) already written, as far as
   * the buffer holds them.
   * @throws {SinkError} gone
   */
  start(prefill: Float32Array): void;
  /** Frames that fit now; after an xrun the whole buffer. @throws {SinkError} gone */
  writableFrames(): number;
  /**
   * Writes interleaved frames, −1 to 1, clipped beyond; no more than writableFrames().
   * Returns false when the device had run dry (an xrun): nothing was written, start() again.
   * @throws {SinkError} gone
   */
  write(interleaved: Float32Array): boolean;
  /** @throws {SinkError} gone */
  status(): SinkStatus;
  close(): void;
}
