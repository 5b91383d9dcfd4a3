import { type ClockMap, toLocal, toRoom } from '../../clock/clock-map.ts';
import { type Frames, frames, localUs, type RoomUs } from '../../units.ts';
import type { DacModel } from './dac-model.ts';
import { fadeIn, fadeOut, type GainRamp } from './gain.ts';
import { type KernelOf, kernelOf } from './kernel.ts';
import { hasSound, type Plan, positionAt, type Segment, type Sounding, segmentIndexAt } from './plan.ts';
import { needsJump, nextSlew } from './slew.ts';
import { type StreamOf, Voice } from './voice.ts';

/** How to find the room time at which an output frame will be heard. */
export interface Timing {
  readonly map: ClockMap;
  readonly dac: DacModel;
  /** What follows the DAC delays the sound by this much. */
  readonly delayUs: number;
}

/** Something that was heard and should not have been, and why, for people. */
export interface RenderGlitch {
  readonly kind: 'resync' | 'late start' | 'gap';
  readonly cause: string;
}

/** A stretch of output frames inside one segment. */
interface Piece {
  /** Room time at which its first frame is heard, and the frame after its last. */
  readonly at: RoomUs;
  readonly until: RoomUs;
  /** Where it goes in the block, in frames. */
  readonly offset: number;
  readonly count: number;
}

const fadeS = 0.005;
/** Decoded ahead before a sound begins. */
const beginS = 0.1;
/** Kernels take tens of ms to make: those of the usual rates are made before anything plays. */
const usualRates = [44_100, 48_000];
/** A start is late when it is heard this long after its time. */
const lateUs = 1000;

/**
 * Renders output frames from a plan: finds for each what is to be heard then, and resamples the track so that
 * it is. A change of plan takes effect at the frame it names; what sounded before fades out behind it.
 */
export class Renderer {
  readonly #rate: number;
  readonly #channels: number;
  readonly #streamOf: StreamOf;
  readonly #gain: GainRamp;
  readonly #onGlitch: (glitch: RenderGlitch) => void;
  readonly #kernelOf: KernelOf;
  readonly #fadeFrames: number;
  readonly #beginFrames: number;
  readonly #tailBlock: Float32Array;
  #voice: Voice | undefined;
  #tail: Voice | undefined;
  #firstRoomUs: RoomUs | undefined;
  #starved = false;
  /** What begins next is no start: it sounded before, until a glitch. */
  #goesOn = false;
  /** What begins next had to wait for data. */
  #waited = false;
  #errorUs = 0;

  /** @param blockFrames the most that render() is ever asked for at once */
  constructor(
    rate: number,
    channels: number,
    blockFrames: number,
    streamOf: StreamOf,
    gain: GainRamp,
    onGlitch: (glitch: RenderGlitch) => void,
    kernels: KernelOf = kernelOf,
  ) {
    this.#rate = rate;
    this.#channels = channels;
    this.#streamOf = streamOf;
    this.#gain = gain;
    this.#onGlitch = onGlitch;
    this.#kernelOf = kernels;
    this.#fadeFrames = Math.round(fadeS * rate);
    this.#beginFrames = Math.round(beginS * rate);
    this.#tailBlock = new Float32Array(blockFrames * channels);
    for (const usual of usualRates) kernels(usual, rate);
  }

  /** The voice that sounds, if any. */
  get voice(): Voice | undefined {
    return this.#voice;
  }

  /** Whether something should sound and has no data. */
  get starved(): boolean {
    return this.#starved;
  }

  /** Playout error at the last frame rendered, µs; positive is late. */
  get errorUs(): number {
    return this.#errorUs;
  }

  /** Forgets what sounds: the device was restarted and has lost what was written. */
  cut(): void {
    this.#goesOn ||= this.#voice !== undefined;
    this.#voice = this.#tail = undefined;
  }

  /** Fills out (interleaved) with count frames, the first of which is the sink's frame number `first`. */
  render(first: Frames, count: number, plan: Plan, timing: Timing | undefined, out: Float32Array): void {
    out.fill(0, 0, count * this.#channels);
    if (timing) this.#firstRoomUs ??= roomTimeOf(first, timing);
    if (timing && timing.map.clockId === plan.clockId) this.#follow(first, count, plan, timing, out);
    else {
      this.#release();
      this.#renderTail(out, 0, count);
    }
    this.#gain.apply(out, this.#channels, 0, count);
  }

  #follow(first: Frames, count: number, plan: Plan, timing: Timing, out: Float32Array): void {
    for (let done = 0; done < count; ) {
      const frame = frames(first + done);
      const at = roomTimeOf(frame, timing);
      const index = segmentIndexAt(plan, at);
      const length = Math.min(count - done, framesUntil(plan.segments[index + 1], frame, timing));
      const until = roomTimeOf(frames(frame + length), timing);
      this.#renderPiece(plan, index, { at, until, offset: done, count: length }, out);
      this.#renderTail(out, done, length);
      done += length;
    }
  }

  #renderPiece(plan: Plan, index: number, piece: Piece, out: Float32Array): void {
    const segment = plan.segments[index];
    if (!hasSound(segment)) {
      this.#starved = false;
      this.#errorUs = 0;
      this.#release();
      return;
    }
    const target = positionAt(segment, piece.at);
    const idealStep = (positionAt(segment, piece.until) - target) / piece.count;
    const voice = this.#voiceFor(plan, index, segment, target, piece.at);
    if (this.#starve(voice, piece, idealStep)) return;
    if (voice.age === 0) this.#noteBeginning(segment, piece.at);
    this.#errorUs = usBehind(voice, target);
    voice.slewPpm = nextSlew(this.#errorUs, voice.slewPpm, piece.count / this.#rate);
    const { age } = voice;
    voice.render(idealStep * (1 + voice.slewPpm * 1e-6), out, this.#channels, piece.offset, piece.count);
    if (voice.fades) fadeIn(out, this.#channels, piece.offset, piece.count, age, this.#fadeFrames);
  }

  /** The voice that goes on, joins on, or begins here. */
  #voiceFor(plan: Plan, index: number, segment: Sounding, target: number, at: RoomUs): Voice {
    const going = this.#voice && this.#continuation(this.#voice, segment);
    const jumps = going !== undefined && needsJump(usBehind(going, target));
    if (jumps)
      this.#onGlitch({ kind: 'resync', cause: `it was ${ms(usBehind(going, target))} off its place` });
    this.#goesOn ||= jumps;
    if (!going || jumps) this.#release();
    // A track's very first frame is its own beginning and needs no fade.
    const fades = segment.sound.anchorFrame > 0 || at - segment.fromRoomUs > lateUs;
    const voice = going && !jumps ? going : this.#newVoice(segment, target, fades);
    voice.neighbours = {
      before: joined(plan.segments[index - 1], segment),
      after: joined(plan.segments[index + 1], segment),
    };
    this.#voice = voice;
    return voice;
  }

  /** The voice that sounds if it can go on as the segment: the same track, or the one it joins on to. */
  #continuation(voice: Voice, segment: Sounding): Voice | undefined {
    const { epoch, sound } = voice.segment;
    if (epoch !== segment.epoch) return undefined;
    if (sound.itemId === segment.sound.itemId) return voice;
    const pastEndS = (voice.at - sound.track.frames) / sound.track.sampleRate;
    const next = this.#newVoice(segment, pastEndS * segment.sound.track.sampleRate, false);
    next.slewPpm = voice.slewPpm;
    next.age = voice.age;
    return next;
  }

  #newVoice(segment: Sounding, at: number, fades: boolean): Voice {
    const { sampleRate } = segment.sound.track;
    return new Voice(segment, this.#kernelOf(sampleRate, this.#rate), this.#streamOf, at, fades);
  }

  #noteBeginning(segment: Sounding, at: RoomUs): void {
    const wasRunning = this.#firstRoomUs !== undefined && this.#firstRoomUs <= segment.fromRoomUs;
    if (wasRunning && !this.#goesOn && at - segment.fromRoomUs > lateUs)
      this.#onGlitch({ kind: 'late start', cause: this.#lateCause(at - segment.fromRoomUs) });
    this.#goesOn = false;
    this.#waited = false;
  }

  #lateCause(us: number): string {
    const why = this.#waited ? 'the track’s data came too late' : 'the room told of it too late';
    return `${ms(us)} after its time: ${why}`;
  }

  /** Fades out before data runs out; true when nothing can be rendered. */
  #starve(voice: Voice, { count }: Piece, step: number): boolean {
    // A beginning waits until there is enough not to stop again at once.
    const reserve = voice.age === 0 ? this.#beginFrames : this.#fadeFrames;
    this.#starved = !voice.has(count + reserve, step);
    if (!this.#starved) return false;
    this.#waited ||= voice.age === 0;
    if (voice.age > 0) {
      this.#onGlitch({ kind: 'gap', cause: 'the track’s data did not come in time' });
      this.#goesOn = true;
      this.#release();
    }
    this.#voice = undefined;
    return true;
  }

  /** What sounds becomes the tail, which fades out from here on. */
  #release(): void {
    if (!this.#voice) return;
    this.#tail = this.#voice;
    this.#tail.age = 0;
    this.#voice = undefined;
  }

  #renderTail(out: Float32Array, offset: number, count: number): void {
    const tail = this.#tail;
    if (!tail) return;
    const age = tail.age;
    const step = tail.segment.sound.track.sampleRate / this.#rate;
    const block = this.#tailBlock;
    tail.render(step, block, this.#channels, 0, count);
    fadeOut(block, this.#channels, 0, count, age, this.#fadeFrames);
    for (let i = 0; i < count * this.#channels; i++) out[offset * this.#channels + i]! += block[i]!;
    if (tail.age >= this.#fadeFrames) this.#tail = undefined;
  }
}

function roomTimeOf(frame: Frames, { map, dac, delayUs }: Timing): RoomUs {
  return toRoom(map, localUs(dac.heardAtLocalUs(frame) + delayUs));
}

/** Output frames before the segment begins; at least one, so that rendering gets on. */
function framesUntil(segment: Segment | undefined, from: Frames, { map, dac, delayUs }: Timing): number {
  if (!segment) return Number.POSITIVE_INFINITY;
  const leavesDacAt = localUs(toLocal(map, segment.fromRoomUs) - delayUs);
  return Math.max(1, Math.ceil(dac.frameAt(leavesDacAt) - from));
}

function ms(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}

/** Playout error of a voice that should be at the target; positive is late. */
function usBehind(voice: Voice, target: number): number {
  return ((target - voice.at) / voice.segment.sound.track.sampleRate) * 1e6;
}

/** The neighbour if it is joined to the segment sample by sample. */
function joined(neighbour: Segment | undefined, segment: Sounding): Sounding | undefined {
  if (!hasSound(neighbour) || neighbour.epoch !== segment.epoch) return undefined;
  return neighbour.sound.track.sampleRate === segment.sound.track.sampleRate ? neighbour : undefined;
}
