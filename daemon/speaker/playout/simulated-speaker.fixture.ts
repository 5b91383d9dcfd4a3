import type { Track } from '../../../protos/index.ts';
import type { ClockMap } from '../../clock/clock-map.ts';
import { type LocalUs, localUs, ppm } from '../../units.ts';
import type { FrameStream } from './frame-stream.ts';
import { type GlitchNote, Player } from './player.ts';
import { SIM_CHANNELS, SIM_RATE, SimSink } from './sinks/sim-sink.ts';

/** A track whose samples tell their own position: frame f is f / RAMP_SCALE. */
const RAMP_SCALE = 4e6;

export function rampTrack(name: string, seconds: number, sampleRate = 44100): Track {
  return {
    hash: name.padEnd(64, '0'),
    bytes: 1000,
    codec: 'WAV',
    sampleRate,
    channels: 2,
    frames: Math.round(seconds * sampleRate),
    title: name,
    artist: '',
    album: '',
  };
}

/** All of a ramp track, from `heldFromFrame` on. */
class RampStream implements FrameStream {
  readonly problem = undefined;
  readonly #track: Track;
  readonly #held: () => boolean;

  constructor(track: Track, held: () => boolean) {
    this.#track = track;
    this.#held = held;
  }

  want(): void {}

  availableFrom(frame: number): number {
    return this.#held() ? this.#track.frames - frame : 0;
  }

  copy(from: number, count: number, into: readonly [Float32Array, Float32Array], at: number): boolean {
    if (!this.#held()) return false;
    for (let i = 0; i < count; i++) into[0][at + i] = into[1][at + i] = (from + i) / RAMP_SCALE;
    return true;
  }

  close(): void {}
}

/** Asking the device takes a while. */
const questionUs = 4;

interface HeardSegment {
  readonly startUs: number;
  readonly samples: number[];
}

/** A player on a simulated DAC, in simulated time; keeps what was heard and when. */
export class SimulatedSpeaker {
  readonly player: Player;
  readonly glitches: GlitchNote[] = [];
  /** Whether tracks' data is there. */
  held = true;
  nowUs: number;
  readonly #framesPerUs: number;
  readonly #heard: HeardSegment[] = [];

  constructor(startUs: number, dacPpm: number, reportStepUs = 0, idleCloseS = 0) {
    this.nowUs = startUs;
    this.#framesPerUs = (SIM_RATE * (1 + dacPpm * 1e-6)) / 1e6;
    const recorder = {
      open: () => {},
      close: () => {},
      startSegment: (startUs: LocalUs) => void this.#heard.push({ startUs, samples: [] }),
      append: (interleaved: Int32Array) => {
        const { samples } = this.#heard.at(-1)!;
        for (let i = 0; i < interleaved.length; i += SIM_CHANNELS) samples.push(interleaved[i]! / 2 ** 31);
      },
    };
    const clock = (): LocalUs => {
      this.nowUs += questionUs;
      return localUs(this.nowUs);
    };
    const sink = new SimSink({ name: 'sim', ppm: dacPpm, reportStepUs, recorder }, clock);
    this.player = new Player(
      sink,
      (track) => new RampStream(track, () => this.held),
      { bufferMs: 150, dacPpm: undefined, idleCloseS },
      (note) => this.glitches.push(note),
    );
    this.player.setLevels({ roomVolume: 100, speakerVolume: 100, muted: false });
  }

  /** Ticks until a time, as slowly as the player has patience. */
  runUntil(untilUs: number, tickUs = 8000): void {
    while (this.nowUs < untilUs) {
      this.nowUs += tickUs * this.player.patience;
      this.player.tick(localUs(this.nowUs));
    }
  }

  /** The sample heard at a time (nearest frame), −1 to 1; undefined before the first. */
  sampleAt(atUs: number): number | undefined {
    const segment = this.#heard.findLast((one) => one.startUs <= atUs);
    return segment?.samples[Math.round((atUs - segment.startUs) * this.#framesPerUs)];
  }

  /** The position heard at a time, in frames of the ramp track; interpolated. */
  positionAt(atUs: number): number | undefined {
    const segment = this.#heard.findLast((one) => one.startUs <= atUs);
    if (!segment) return undefined;
    const at = (atUs - segment.startUs) * this.#framesPerUs;
    const a = segment.samples[Math.floor(at)];
    const b = segment.samples[Math.floor(at) + 1];
    return a === undefined || b === undefined ? undefined : (a + (at % 1) * (b - a)) * RAMP_SCALE;
  }
}

/** A map under which room time is local time plus an offset, drifting from refUs on. */
export function mapOf(offsetUs: number, driftPpm = 0, refUs = 0): ClockMap {
  return { clockId: 'clock', refLocalUs: localUs(refUs), offsetUs, driftPpm: ppm(driftPpm), errorBoundUs: 1 };
}
