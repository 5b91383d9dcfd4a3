import type { Track } from '../../protos/index.ts';
import type { FrameStream } from '../speaker/playout/frame-stream.ts';
import { type Kernel, PHASES } from '../speaker/playout/kernel.ts';

/** Hz of the simulated devices: low, for the sake of speed. */
export const SIM_RATE = 1200;
/** Hz of the tracks: the least that the protocol knows. */
const TRACK_RATE = 4000;
/** Tracks can be told apart by their sound, this many of them. */
export const TRACKS = 64;
const FIRST_SLOPE = 1.0021;
/** Where in a track the line crosses 0, s: what is near 0 is rounded less. */
const CENTRE_S = 45;
/** Frames from which a position is read. */
const WINDOW = 12;

/**
 * A track that tells its own position: the left channel rises along a line of the track's own slope, the right
 * one is constant. Their ratio gives position and track, whatever the volume.
 * @param number 0 to TRACKS − 1
 */
export function trackOf(number: number, seconds: number, sampleRate = TRACK_RATE): Track {
  return {
    hash: number.toString(16).padStart(64, '0'),
    bytes: Math.round(seconds * 40_000),
    codec: 'WAV',
    sampleRate,
    channels: 2,
    frames: Math.round(seconds * sampleRate),
    title: `track ${number}`,
    artist: '',
    album: '',
  };
}

export function numberOf({ hash }: Track): number {
  return Number.parseInt(hash, 16);
}

/**
 * How much the left channel rises in 1/SIM_RATE s. It is no multiple of what a Float32 resolves, so that the rounding
 * differs from frame to frame and averages out.
 */
function slopeOf(number: number): number {
  return FIRST_SLOPE + number / TRACKS;
}

/** The frames of such a track, as far as they are held. */
export class SignalStream implements FrameStream {
  readonly problem = undefined;
  readonly #track: Track;
  readonly #perFrame: number;
  readonly #heldFrom: (frame: number) => number;
  readonly #onWant: (frame: number) => void;
  readonly #onClose: () => void;

  /** @param heldFrom how many frames are held from one on */
  constructor(
    track: Track,
    heldFrom: (frame: number) => number,
    onWant: (frame: number) => void,
    onClose: () => void,
  ) {
    this.#track = track;
    this.#perFrame = (slopeOf(numberOf(track)) * SIM_RATE) / track.sampleRate;
    this.#heldFrom = heldFrom;
    this.#onWant = onWant;
    this.#onClose = onClose;
  }

  want(frame: number): void {
    this.#onWant(Math.max(0, frame));
  }

  availableFrom(frame: number): number {
    return this.#heldFrom(Math.max(0, Math.ceil(frame)));
  }

  copy(from: number, count: number, into: readonly [Float32Array, Float32Array], at: number): boolean {
    if (from < 0 || from + count > this.#track.frames || this.#heldFrom(from) < count) return false;
    const [left, right] = into;
    const centre = CENTRE_S * this.#track.sampleRate;
    for (let i = 0; i < count; i++) {
      left[at + i] = (from + i - centre) * this.#perFrame;
      right[at + i] = 1;
    }
    return true;
  }

  close(): void {
    this.#onClose();
  }
}

const LINE_TAPS = 4;
const line = interpolateLines();

/** For tracks that are straight lines two frames say what is between them: the resampler has little to add up. */
export function lineKernel(sourceRate: number, sinkRate: number): Kernel {
  return { ...line, sourceRate, sinkRate };
}

function interpolateLines(): Pick<Kernel, 'halfWidth' | 'taps' | 'slopes'> {
  const taps = new Float32Array(PHASES * LINE_TAPS);
  const slopes = new Float32Array(PHASES * LINE_TAPS);
  for (let phase = 0; phase < PHASES; phase++) {
    taps.set([0, 1 - phase / PHASES, phase / PHASES, 0], phase * LINE_TAPS);
    slopes.set([0, -1 / PHASES, 1 / PHASES, 0], phase * LINE_TAPS);
  }
  return { halfWidth: LINE_TAPS / 2, taps, slopes };
}

/** What a stretch of a device's output is. */
export type Heard =
  | { readonly kind: 'silence' }
  /** A fade from one place to another, an edge, or nothing that a track has. */
  | { readonly kind: 'mixed' }
  | {
      readonly kind: 'sound';
      readonly track: number;
      /** Seconds into the track at the device's frame asked for. */
      readonly seconds: number;
    };

/**
 * Reads the position that is heard at a device's frame.
 * @param sample of a channel (0 left) at a frame; those of WINDOW frames up to the one asked for are read
 */
export function decode(sample: (frame: number, channel: number) => number, frame: number): Heard {
  const last = Math.floor(frame);
  let silent = 0;
  for (let i = 0; i < WINDOW; i++) {
    const at = last - WINDOW + 1 + i;
    const right = sample(at, 1);
    if (right === 0) silent++;
    ratios[i] = sample(at, 0) / right;
  }
  if (silent === WINDOW) return { kind: 'silence' };
  if (silent > 0) return { kind: 'mixed' };
  const { slope, middle, worst } = fitLine(ratios);
  const track = Math.round((slope - FIRST_SLOPE) * TRACKS) + 0;
  const isTrack = track >= 0 && track < TRACKS && Math.abs(slope - slopeOf(track)) < 0.005 && worst < 0.5;
  if (!isTrack) return { kind: 'mixed' };
  const behind = frame - (last - (WINDOW - 1) / 2);
  return { kind: 'sound', track, seconds: CENTRE_S + (middle / slopeOf(track) + behind) / SIM_RATE };
}

/** Of the window that is decoded; kept, as it is done often. */
const ratios = new Float64Array(WINDOW);

function fitLine(values: Float64Array) {
  const centre = (values.length - 1) / 2;
  let middle = 0;
  for (const value of values) middle += value / values.length;
  let rise = 0;
  let run = 0;
  for (let i = 0; i < values.length; i++) {
    rise += (i - centre) * (values[i]! - middle);
    run += (i - centre) ** 2;
  }
  const slope = rise / run;
  let worst = 0;
  for (let i = 0; i < values.length; i++)
    worst = Math.max(worst, Math.abs(values[i]! - middle - (i - centre) * slope));
  return { slope, middle, worst };
}
