import { type ClockMap, toRoom } from '../../clock/clock-map.ts';
import { type Frames, frames, type LocalUs, localUs, type Ppm, ppm, type RoomUs } from '../../units.ts';
import { askDevice, stillHeardMs } from './ask-device.ts';
import { DacModel } from './dac-model.ts';
import { GainRamp, RAMP_S } from './gain.ts';
import { hasSoundFrom, Idleness, restingPatience, usualWakeUs } from './idleness.ts';
import type { KernelOf } from './kernel.ts';
import { type HardwareVolume, Loudness, type PlayoutLevels } from './loudness.ts';
import { emptyPlan, hasSound, type Plan, positionAt, segmentIndexAt, since, splice } from './plan.ts';
import { Renderer, type RenderGlitch } from './renderer.ts';
import { Reserve } from './reserve.ts';
import { type Sink, SinkError, type SinkFormat, type SinkStatus } from './sinks/sink.ts';
import { type OpenStream, StreamPool } from './stream-pool.ts';

export interface PlayerOptions {
  /** Written ahead of what is heard while music plays, ms. */
  readonly bufferMs: number;
  /** The DAC's rate from an earlier run, if there was one. */
  readonly dacPpm: Ppm | undefined;
  /** With nothing to play for so long the device is closed, s; 0 or absent: never. */
  readonly idleCloseS?: number;
  /** The device's own volume control, to be used rather than the samples' gain. */
  readonly volume?: HardwareVolume | undefined;
  /** Kernels other than those of kernel.ts: simulated tracks do with short ones. */
  readonly kernelOf?: KernelOf;
}

/** What a person or the room may want to know of the playout at one time. */
export interface PlayerReport {
  readonly state: 'IDLE' | 'SILENT' | 'SOUNDING' | 'STARVED' | 'FAILED';
  readonly epoch: number;
  readonly itemId: string;
  readonly positionFrame: Frames;
  /** heard − intended, positive is late. */
  readonly errorUs: number;
  /** Of the DAC model. */
  readonly errorBoundUs: number;
  readonly dacPpm: Ppm;
  readonly slewPpm: number;
  readonly bufferMs: number;
  /** From hearing of a start to sounding: for what is already written, and what follows the DAC. */
  readonly leadUs: number;
  readonly xruns: number;
  readonly resyncs: number;
  readonly lateStarts: number;
  readonly gaps: number;
  readonly format: SinkFormat | undefined;
  /** To the device since it was last started. */
  readonly writtenFrames: Frames;
  /** What is wrong, for people; empty when nothing is. */
  readonly problem: string;
}

/** An open device and what belongs to it. */
interface OpenSink {
  readonly format: SinkFormat;
  readonly dac: DacModel;
  readonly renderer: Renderer;
  readonly block: Float32Array;
}

/** Something that was heard and should not have been, and why, for people. */
export type GlitchNote = RenderGlitch | { readonly kind: 'xrun'; readonly cause: string };

const blockFrames = 512;
/** The fade begins with the next block, and a DAC may be slow. */
const fadeMarginMs = 25;
const reopenUs = 1_000_000;
/** Ticks come so much quicker while the device is still to be known better. */
const curiosity = 0.15;
/** Ticks may come so many times slower, and once slower for each of so many ms ahead. */
const mostPatience = 3;
const patientMs = 25;

/**
 * Keeps a sink filled with what the plan says is heard when: one tick asks the device where it is, and renders
 * and writes what is missing. It is called every few milliseconds and reads no clock itself.
 */
export class Player {
  readonly #sink: Sink;
  readonly #options: PlayerOptions;
  readonly #streams: StreamPool;
  readonly #reserve: Reserve;
  readonly #onGlitch: (note: GlitchNote) => void;
  readonly #idleness: Idleness;
  readonly #gain = new GainRamp();
  readonly #loudness: Loudness;
  readonly #counts = { xruns: 0, resyncs: 0, lateStarts: 0, gaps: 0 };
  #open: OpenSink | undefined;
  /** What was open until there had been nothing to play for long. */
  #resting: OpenSink | undefined;
  #openedUs: LocalUs | undefined;
  #wakeUs = usualWakeUs;
  #status: SinkStatus | undefined;
  /** Held by the device behind its buffer. */
  #behindMs = 0;
  #plan: Plan = emptyPlan;
  #map: ClockMap | undefined;
  #delayUs = 0;
  #problem = '';
  #reopenAtUs = Number.NEGATIVE_INFINITY;
  #dacPpm: Ppm | undefined;

  constructor(
    sink: Sink,
    openStream: OpenStream,
    options: PlayerOptions,
    onGlitch: (note: GlitchNote) => void,
  ) {
    this.#sink = sink;
    this.#options = options;
    this.#reserve = new Reserve(options.bufferMs);
    this.#loudness = new Loudness(this.#gain, options.volume);
    this.#idleness = new Idleness(options.idleCloseS ?? 0);
    this.#dacPpm = options.dacPpm;
    this.#streams = new StreamPool(openStream);
    this.#onGlitch = onGlitch;
  }

  /** From the next frame written on, the plan so far goes on until this one begins. */
  setPlan(plan: Plan): void {
    this.#plan = splice(this.#plan, plan);
  }

  setClockMap(map: ClockMap): void {
    this.#map = map;
  }

  setLevels(levels: PlayoutLevels): void {
    this.#loudness.setLevels(levels);
  }

  /** @param delayUs of what follows the DAC; the speaker plays that much earlier */
  setDelay(delayUs: number): void {
    this.#delayUs = delayUs;
  }

  /** Brings the device up to date. Called every few ms. */
  tick(now: LocalUs): void {
    try {
      if (!this.#open && now >= this.#reopenAtUs && (!this.#resting || this.#hasSound(now)))
        this.#openSink(now);
      if (this.#open) this.#fill(now);
      if (this.#open && this.#idleness.observe(now, this.#hasSound(now))) this.#rest();
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      this.#fail(error, now);
    }
  }

  /**
   * By how much longer than usual, up to 3 times, the next tick may be waited for: as long as the DAC is well known and
   * what is written ahead lasts. Waking up costs as much as what is then done. Less than 1: the DAC is to be watched.
   */
  get patience(): number {
    if (this.#resting) return restingPatience;
    if (this.#open?.dac.wantsMore) return curiosity;
    if (!this.#open?.dac.settled) return 1;
    return Math.min(mostPatience, this.#reserve.aheadMs / patientMs);
  }

  get state(): PlayerReport['state'] {
    if (!this.#open) return this.#problem ? 'FAILED' : 'IDLE';
    if (this.#open.renderer.starved) return 'STARVED';
    return this.#open.renderer.voice ? 'SOUNDING' : 'SILENT';
  }

  /** Fades out, as long as it is ticked. Returns after how many ms nothing is heard any more. */
  fadeOut(): number {
    this.#loudness.silence();
    if (!this.#open) return 0;
    return stillHeardMs(this.#sink, this.#open.format.rate) + RAMP_S * 1000 + fadeMarginMs;
  }

  close(): void {
    this.#streams.close();
    this.#loudness.close();
    if (this.#open) this.#sink.close();
    this.#open = undefined;
  }

  /** Whether something sounds or is to. */
  #hasSound(now: LocalUs): boolean {
    return hasSoundFrom(this.#plan, this.#map && toRoom(this.#map, localUs(now + this.#delayUs)));
  }

  #rest(): void {
    this.#sink.close();
    this.#resting = this.#open;
    this.#open = this.#status = undefined;
  }

  report(now: LocalUs): PlayerReport {
    const open = this.#open;
    const at = this.#map && toRoom(this.#map, localUs(now + this.#delayUs));
    const segment = at === undefined ? undefined : this.#plan.segments[segmentIndexAt(this.#plan, at)];
    const sounding = hasSound(segment) ? segment : undefined;
    const bufferMs = open && this.#status ? (this.#status.delayFrames / open.format.rate) * 1000 : 0;
    return {
      state: this.state,
      epoch: segment?.epoch ?? 0,
      itemId: sounding?.sound.itemId ?? '',
      positionFrame: sounding && at !== undefined ? positionAt(sounding, at) : frames(0),
      errorUs: open?.renderer.errorUs ?? 0,
      errorBoundUs: open?.dac.errorBoundUs ?? 0,
      dacPpm: open?.dac.ratePpm ?? this.#dacPpm ?? ppm(0),
      slewPpm: open?.renderer.voice?.slewPpm ?? 0,
      bufferMs,
      leadUs: this.#leadUs(bufferMs),
      ...this.#counts,
      format: open?.format,
      writtenFrames: frames(this.#status?.writtenFrames ?? 0),
      problem: this.#problem || this.#loudness.problem || (this.#streams.problem ?? ''),
    };
  }

  #leadUs(bufferMs: number): number {
    const writtenMs = Math.max(bufferMs, this.#reserve.goalMs(this.#sounds) + this.#behindMs);
    // What follows the DAC takes its time, too.
    return Math.max(0, writtenMs * 1000 + (this.#resting ? this.#wakeUs : 0) + this.#delayUs);
  }

  #openSink(now: LocalUs): void {
    const format = this.#sink.open();
    this.#open = this.#awoken(format) ?? this.#made(format);
    this.#resting = undefined;
    this.#openedUs = now;
    this.#gain.setRate(format.rate);
    this.#problem = '';
    this.#loudness.apply();
    this.#reserve.begin();
    this.#startSink();
  }

  /** What rested goes on: it knows the crystal, and since when it has been following the room. */
  #awoken(format: SinkFormat): OpenSink | undefined {
    const { rate, channels } = this.#resting?.format ?? {};
    if (!this.#resting || rate !== format.rate || channels !== format.channels) return undefined;
    this.#resting.renderer.cut();
    this.#resting.dac.restart();
    return { ...this.#resting, format };
  }

  #made(format: SinkFormat): OpenSink {
    return {
      format,
      dac: new DacModel(format.rate, this.#dacPpm),
      renderer: new Renderer(
        format.rate,
        format.channels,
        blockFrames,
        (segment) => this.#streams.get(segment),
        this.#gain,
        (glitch) => this.#note(glitch),
        this.#options.kernelOf,
      ),
      block: new Float32Array(blockFrames * format.channels),
    };
  }

  #startSink(): void {
    if (!this.#open) return;
    const { rate, channels } = this.#open.format;
    this.#sink.start(new Float32Array(Math.round((this.#reserve.idleMs / 1000) * rate) * channels));
  }

  #fill(now: LocalUs): void {
    if (!this.#open) return;
    const { format, dac } = this.#open;
    const status = askDevice(this.#sink, dac);
    if (status.state === 'xrun') {
      this.#recover(now);
      return;
    }
    this.#status = status;
    if (this.#openedUs !== undefined && dac.ready) {
      this.#wakeUs = now - this.#openedUs;
      this.#openedUs = undefined;
    }
    this.#dacPpm = dac.ratePpm;
    this.#prepare(frames(status.writtenFrames));
    this.#reserve.tick(now, this.#sounds);
    const writable = this.#sink.writableFrames();
    // Not the delay: what a device holds behind its buffer keeps it from running dry no longer.
    const bufferedFrames = format.bufferFrames - writable;
    this.#behindMs = Math.max(0, ((status.delayFrames - bufferedFrames) / format.rate) * 1000);
    const wanted = (this.#reserve.aheadMs / 1000) * format.rate - bufferedFrames;
    const missing = Math.floor(Math.min(wanted, writable));
    if (!this.#writeAll(status.writtenFrames, missing)) this.#recover(now);
  }

  /** Drops what is over from the plan, and has the streams decode what comes. */
  #prepare(head: Frames): void {
    const at = this.#roomTimeOf(head);
    if (at === undefined) return;
    this.#plan = since(this.#plan, at);
    this.#streams.update(this.#plan, at);
  }

  /** False when the device has run dry. */
  #writeAll(first: number, count: number): boolean {
    for (let done = 0; done < count; done += blockFrames) {
      if (!this.#write(frames(first + done), Math.min(count - done, blockFrames))) return false;
    }
    return true;
  }

  #write(first: Frames, count: number): boolean {
    if (!this.#open) return false;
    const { renderer, dac, block, format } = this.#open;
    const timing = this.#map && dac.ready ? { map: this.#map, dac, delayUs: this.#delayUs } : undefined;
    renderer.render(first, count, this.#plan, timing, block);
    return this.#sink.write(block.subarray(0, count * format.channels));
  }

  /** The device ran dry: it starts again, and the plan says what it then plays. */
  #recover(now: LocalUs): void {
    this.#counts.xruns++;
    this.#onGlitch({ kind: 'xrun', cause: this.#reserve.xrunCause(now) });
    this.#open?.renderer.cut();
    this.#open?.dac.restart();
    this.#startSink();
  }

  #note(glitch: RenderGlitch): void {
    if (glitch.kind === 'resync') this.#counts.resyncs++;
    if (glitch.kind === 'late start') this.#counts.lateStarts++;
    if (glitch.kind === 'gap') this.#counts.gaps++;
    this.#onGlitch(glitch);
  }

  #fail(error: SinkError, now: LocalUs): void {
    this.#problem = error.message;
    this.#reopenAtUs = now + reopenUs;
    this.#open = this.#resting = this.#status = undefined;
    this.#sink.close();
  }

  #roomTimeOf(frame: Frames): RoomUs | undefined {
    if (!this.#open?.dac.ready || this.#map?.clockId !== this.#plan.clockId) return undefined;
    return toRoom(this.#map, localUs(this.#open.dac.heardAtLocalUs(frame) + this.#delayUs));
  }

  get #sounds(): boolean {
    return this.#open?.renderer.voice !== undefined;
  }
}
