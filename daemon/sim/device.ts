import { type Sink, SinkError, type SinkFormat, type SinkStatus } from '../speaker/playout/sinks/sink.ts';
import type { LocalClock } from '../units.ts';
import type { Crystal } from './crystal.ts';
import type { Schedule } from './schedule.ts';
import { decode, type Heard, SIM_RATE } from './signal.ts';

const BUFFER_FRAMES = SIM_RATE / 4;
/** Also what was heard a little while ago is kept. */
const KEPT_FRAMES = 2 * BUFFER_FRAMES;
const CHANNELS = 2;

/**
 * A sound device with a crystal of its own, which runs on true time, whatever the host's clock shows. It keeps
 * what it was given, so that what is heard at an instant can be read from it.
 */
export class SimulatedDevice implements Sink {
  readonly #schedule: Schedule;
  readonly #clock: LocalClock;
  readonly #crystal: Crystal;
  readonly #stepUs: number;
  readonly #samples = new Float32Array(KEPT_FRAMES * CHANNELS);
  #startedAt = 0;
  #written = 0;
  #isRunning = false;
  /** True time at which it was last asked where it is, and where it was. */
  #askedUs = Number.NaN;
  #positionThen = 0;
  /** The same of what was heard. */
  #heardUs = Number.NaN;
  #heard: Heard = { kind: 'silence' };
  /** It was pulled out. */
  isGone = false;
  /** What follows the DAC, as an amplifier or a television, delays the sound by this much; the device doesn't know. */
  lagUs = 0;

  /** @param stepUs its position is reported in steps of this */
  constructor(schedule: Schedule, clock: LocalClock, crystal: Crystal, stepUs: number) {
    this.#schedule = schedule;
    this.#clock = clock;
    this.#crystal = crystal;
    this.#stepUs = stepUs;
  }

  open(): SinkFormat {
    this.#check('missing');
    return {
      device: 'sim',
      rate: SIM_RATE,
      channels: CHANNELS,
      sampleFormat: 'FLOAT',
      bufferFrames: BUFFER_FRAMES,
    };
  }

  start(prefill: Float32Array): void {
    this.#check('gone');
    this.#startedAt = this.#crystal.read(this.#schedule.nowUs);
    this.#askedUs = Number.NaN;
    this.#samples.fill(0);
    this.#written = 0;
    this.#isRunning = true;
    this.#put(prefill);
  }

  writableFrames(): number {
    this.#check('gone');
    return this.#hasFrames() ? BUFFER_FRAMES - this.#written + Math.floor(this.#position()) : BUFFER_FRAMES;
  }

  write(interleaved: Float32Array): boolean {
    this.#check('gone');
    if (!this.#hasFrames()) return false;
    if (interleaved.length / CHANNELS > this.writableFrames())
      throw new RangeError(`${interleaved.length / CHANNELS} frames don't fit the device's buffer`);
    this.#put(interleaved);
    return true;
  }

  status(): SinkStatus {
    this.#check('gone');
    const stepFrames = (this.#stepUs * SIM_RATE) / 1e6;
    const reported = Math.floor(this.#position() / stepFrames) * stepFrames;
    return {
      state: this.#hasFrames() ? 'running' : 'xrun',
      atLocalUs: this.#clock(),
      writtenFrames: this.#written,
      delayFrames: Math.max(0, this.#written - reported),
    };
  }

  close(): void {
    this.#isRunning = false;
  }

  /** The program that wrote to it is gone. */
  silence(): void {
    this.#isRunning = false;
  }

  /** What is heard right now. */
  get heard(): Heard {
    const { nowUs } = this.#schedule;
    if (nowUs !== this.#heardUs) {
      this.#heardUs = nowUs;
      const frame = this.#position() - (this.lagUs * SIM_RATE) / 1e6;
      this.#heard = this.#hasFrames() ? decode(this.#sample, frame) : { kind: 'silence' };
    }
    return this.#heard;
  }

  readonly #sample = (frame: number, channel: number): number =>
    frame < 0 ? 0 : this.#samples[(frame % KEPT_FRAMES) * CHANNELS + channel]!;

  #check(reason: 'missing' | 'gone'): void {
    if (this.isGone) throw new SinkError(reason, 'the sound device is not there');
  }

  // Once it has run dry it stays stopped.
  #hasFrames(): boolean {
    this.#isRunning &&= this.#position() < this.#written;
    return this.#isRunning;
  }

  /** Frames since the start, as if there were always more. */
  #position(): number {
    const { nowUs } = this.#schedule;
    if (nowUs !== this.#askedUs) {
      this.#askedUs = nowUs;
      this.#positionThen = ((this.#crystal.read(nowUs) - this.#startedAt) * SIM_RATE) / 1e6;
    }
    return this.#positionThen;
  }

  #put(interleaved: Float32Array): void {
    const at = (this.#written % KEPT_FRAMES) * CHANNELS;
    const first = interleaved.subarray(0, this.#samples.length - at);
    this.#samples.set(first, at);
    this.#samples.set(interleaved.subarray(first.length), 0);
    this.#written += interleaved.length / CHANNELS;
  }
}
