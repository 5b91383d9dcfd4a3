import type { LocalClock, LocalUs } from '../../../units.ts';
import { Dither } from './dither.ts';
import { encodeSamples } from './sample-format.ts';
import { SimDac } from './sim-dac.ts';
import { type Sink, SinkError, type SinkFormat, type SinkStatus } from './sink.ts';

/** Gets what a simulated DAC consumes. What it throws are SinkErrors. */
export interface Recorder {
  open(): void;
  /** What is appended from now on is heard from atLocalUs on, at the DAC's rate. */
  startSegment(atLocalUs: LocalUs): void;
  /** @param interleaved whole frames of full-scale 32-bit samples; only valid during the call */
  append(interleaved: Int32Array): void;
  close(): void;
}

/** What a simulated DAC is to be like. */
export interface SimSinkOptions {
  /** For people. */
  readonly name: string;
  /** Its crystal's rate against the local clock; positive: faster. */
  readonly ppm: number;
  /** It reports its position in steps of so many µs; 0: to the frame. */
  readonly reportStepUs: number;
  readonly recorder: Recorder | null;
}

export const SIM_RATE = 48_000;
export const SIM_CHANNELS = 2;
const BUFFER_FRAMES = SIM_RATE / 4;

/**
 * A DAC in this process with a crystal of its own: 48 kHz, stereo, 250 ms of buffer. It has no timer: each call
 * works out from the clock what has been consumed meanwhile, and hands that to the recorder.
 */
export class SimSink implements Sink {
  readonly #options: SimSinkOptions;
  readonly #clock: LocalClock;
  readonly #dac: SimDac;
  /** The device's buffer, a ring: frame n of the run stands at n modulo its length. */
  readonly #ring = new Int32Array(BUFFER_FRAMES * SIM_CHANNELS);
  readonly #dither = new Dither(1);
  #recordedFrames = 0;
  #isOpen = false;

  constructor(options: SimSinkOptions, clock: LocalClock) {
    const { ppm, reportStepUs } = options;
    this.#options = options;
    this.#clock = clock;
    this.#dac = new SimDac({ rate: SIM_RATE, ppm, bufferFrames: BUFFER_FRAMES, reportStepUs });
  }

  open(): SinkFormat {
    this.close();
    this.#options.recorder?.open();
    this.#isOpen = true;
    return {
      device: this.#options.name,
      rate: SIM_RATE,
      channels: SIM_CHANNELS,
      sampleFormat: 'S32',
      bufferFrames: BUFFER_FRAMES,
    };
  }

  start(prefill: Float32Array): void {
    this.#consume();
    this.#dac.stop();
    const samples = prefill.subarray(0, this.#ring.length);
    this.#put(samples, 0);
    const now = this.#clock();
    this.#recordedFrames = 0;
    this.#options.recorder?.startSegment(now);
    this.#dac.start(now, samples.length / SIM_CHANNELS);
  }

  writableFrames(): number {
    const now = this.#consume();
    return this.#dac.isRunning(now) ? this.#dac.freeFrames(now) : BUFFER_FRAMES;
  }

  write(interleaved: Float32Array): boolean {
    const now = this.#consume();
    if (!this.#dac.isRunning(now)) return false;
    const frames = interleaved.length / SIM_CHANNELS;
    if (frames > this.#dac.freeFrames(now)) throw new RangeError(`${frames} frames don't fit the buffer`);
    this.#put(interleaved, this.#dac.writtenFrames());
    this.#dac.write(frames);
    return true;
  }

  status(): SinkStatus {
    const now = this.#consume();
    return {
      state: this.#dac.isRunning(now) ? 'running' : 'xrun',
      atLocalUs: now,
      writtenFrames: this.#dac.writtenFrames(),
      delayFrames: this.#dac.delayFrames(now),
    };
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#record(this.#clock());
      this.#options.recorder?.close();
    } catch (error) {
      // Nobody waits for a device that is being closed to succeed, but what a recording lacks is worth a line.
      if (!(error instanceof SinkError)) throw error;
      process.emitWarning(error.message);
    } finally {
      this.#dac.stop();
    }
  }

  /** Lets the DAC run up to now, which it returns. */
  #consume(): LocalUs {
    if (!this.#isOpen) throw new SinkError('gone', `the simulated device ${this.#options.name} is not open`);
    const now = this.#clock();
    this.#record(now);
    return now;
  }

  #record(now: LocalUs): void {
    const consumed = this.#dac.consumedFrames(now);
    while (this.#recordedFrames < consumed) {
      const at = this.#recordedFrames % BUFFER_FRAMES;
      const count = Math.min(consumed - this.#recordedFrames, BUFFER_FRAMES - at);
      this.#recordedFrames += count;
      this.#options.recorder?.append(this.#ring.subarray(at * SIM_CHANNELS, (at + count) * SIM_CHANNELS));
    }
  }

  #put(interleaved: Float32Array, firstFrame: number): void {
    const at = (firstFrame * SIM_CHANNELS) % this.#ring.length;
    const untilEnd = interleaved.subarray(0, this.#ring.length - at);
    this.#encode(untilEnd, at);
    this.#encode(interleaved.subarray(untilEnd.length), 0);
  }

  #encode(samples: Float32Array, at: number): void {
    const { buffer, BYTES_PER_ELEMENT } = this.#ring;
    encodeSamples('S32', samples, new Uint8Array(buffer, at * BYTES_PER_ELEMENT), this.#dither);
  }
}
