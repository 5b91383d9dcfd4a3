/** What the volume range from 1 to 100 spans. */
const RANGE_DB = 60;
/** How long a move from one gain to another takes, s. */
export const RAMP_S = 0.02;

/**
 * The amplitude of a volume, 0 to 1: 0 is silence, 100 full level, and each step between changes the level by the
 * same 0.6 dB, as equal steps of level are heard as about equal. On 60 dB as the range that suits a volume control
 * at home: Alexander Thomas, "Programming Volume Controls", dr-lex.be/info-stuff/volumecontrols.html.
 * Volumes in a row (a room's, a speaker's) multiply: their dB add up.
 * @param volume 0 to 100
 */
export function amplitudeOf(volume: number): number {
  if (volume <= 0) return 0;
  return 10 ** ((RANGE_DB * (Math.min(volume, 100) / 100 - 1)) / 20);
}

/**
 * A gain that moves to a new value over 20 ms, along half a cosine from where it is, frame by frame: no click, and
 * the same whichever way the frames are divided into blocks. It starts at 0, and moves at once until it knows the
 * rate.
 */
export class GainRamp {
  #from = 0;
  #to = 0;
  /** Frames of the move that are behind us. */
  #frame = 0;
  #length = 0;
  #nextLength = 0;

  /** @param rate Hz of the frames; it holds for moves that begin later */
  setRate(rate: number): void {
    this.#nextLength = Math.round(RAMP_S * rate);
  }

  /** @param gain amplitude, 0 or more; the move begins with the next frame */
  moveTo(gain: number): void {
    if (gain === this.#to) return;
    this.#from = this.#gainNow();
    this.#to = gain;
    this.#frame = 0;
    this.#length = this.#nextLength;
  }

  /** Multiplies count frames of an interleaved block, from frame offset on. */
  apply(out: Float32Array, channels: number, offset: number, count: number): void {
    const moving = Math.min(count, this.#length - this.#frame);
    for (let i = 0; i < moving; i++) {
      scale(out, channels, offset + i, this.#gainNow());
      this.#frame++;
    }
    if (this.#to === 1) return;
    for (let i = moving; i < count; i++) scale(out, channels, offset + i, this.#to);
  }

  #gainNow(): number {
    if (this.#frame >= this.#length) return this.#to;
    return this.#from + (this.#to - this.#from) * raisedCosine(this.#frame / this.#length);
  }
}

/**
 * Multiplies count frames of an interleaved block, from frame offset on, by a raised cosine that goes from 0 to 1
 * and then stays there.
 * @param atFrame how far into the fade the first of them is, in frames; may be fractional, and negative before it
 * @param lengthFrames of the whole fade, above 0
 */
export function fadeIn(
  out: Float32Array,
  channels: number,
  offset: number,
  count: number,
  atFrame: number,
  lengthFrames: number,
): void {
  const fading = Math.min(count, Math.ceil(lengthFrames - atFrame));
  for (let i = 0; i < fading; i++) {
    scale(out, channels, offset + i, raisedCosine((atFrame + i) / lengthFrames));
  }
}

/** The reverse of fadeIn(), from 1 to 0; the two together always make 1. */
export function fadeOut(
  out: Float32Array,
  channels: number,
  offset: number,
  count: number,
  atFrame: number,
  lengthFrames: number,
): void {
  for (let i = 0; i < count; i++) {
    scale(out, channels, offset + i, 1 - raisedCosine((atFrame + i) / lengthFrames));
  }
}

/** 0 up to 0, 1 from 1 on. */
function raisedCosine(progress: number): number {
  return 0.5 - 0.5 * Math.cos(Math.PI * Math.min(Math.max(progress, 0), 1));
}

function scale(out: Float32Array, channels: number, frame: number, gain: number): void {
  for (let i = frame * channels; i < (frame + 1) * channels; i++) out[i]! *= gain;
}
