import { type LocalUs, localUs } from '../../../units.ts';

/** A simulated DAC's properties. */
export interface SimDacOptions {
  /** Nominal, in Hz. */
  readonly rate: number;
  /** Its crystal's rate against the local clock, positive: faster. */
  readonly ppm: number;
  readonly bufferFrames: number;
  /** It reports its position in steps of so many µs, as USB does by 1 ms; 0: to the frame. */
  readonly reportStepUs: number;
}

/**
 * How a DAC consumes frames: at a constant rate from its start on, until it has none left; it then stops (an xrun)
 * and must be started again. Knows counts and times only, no samples. Time must not go backwards between calls.
 */
export class SimDac {
  readonly #options: SimDacOptions;
  readonly #framesPerUs: number;
  #running = false;
  #startLocalUs: LocalUs = localUs(0);
  #writtenFrames = 0;

  constructor(options: SimDacOptions) {
    this.#options = options;
    this.#framesPerUs = (options.rate * (1 + options.ppm * 1e-6)) / 1e6;
  }

  /** The first of the frames in the buffer is heard at startLocalUs; whatever it still held is forgotten. */
  start(startLocalUs: LocalUs, prefillFrames: number): void {
    this.#startLocalUs = startLocalUs;
    this.#writtenFrames = prefillFrames;
    this.#running = true;
  }

  /** The caller has seen to it that it is running and that they fit. */
  write(frames: number): void {
    this.#writtenFrames += frames;
  }

  stop(): void {
    this.#running = false;
  }

  /** Whether it is running at that time; once it has run dry it stays stopped. */
  isRunning(atLocalUs: LocalUs): boolean {
    this.#running &&= this.#position(atLocalUs) < this.#writtenFrames;
    return this.#running;
  }

  /** Frames heard to their end since the last start. */
  consumedFrames(atLocalUs: LocalUs): number {
    return Math.min(Math.floor(this.#position(atLocalUs)), this.#writtenFrames);
  }

  writtenFrames(): number {
    return this.#writtenFrames;
  }

  /** Frames written and not yet heard, as a driver reports it: whole frames, late by up to a reporting step. */
  delayFrames(atLocalUs: LocalUs): number {
    const { rate, reportStepUs } = this.#options;
    const stepFrames = Math.max(1, (reportStepUs * rate) / 1e6);
    const reported = Math.floor(this.#position(atLocalUs) / stepFrames) * stepFrames;
    return Math.max(0, this.#writtenFrames - Math.floor(reported));
  }

  freeFrames(atLocalUs: LocalUs): number {
    return this.#options.bufferFrames - (this.#writtenFrames - this.consumedFrames(atLocalUs));
  }

  /** In frames since the last start; goes on beyond what was written, as if there were more. */
  #position(atLocalUs: LocalUs): number {
    return Math.max(0, atLocalUs - this.#startLocalUs) * this.#framesPerUs;
  }
}
