import { bessel0 } from './bessel.ts';
import { Fft } from './fft.ts';
import { framesPerUs, type Recording, trueUsAt } from './recording.ts';

/** How pure a recorded sine is, second by second. */
export interface Purity {
  /** Signal to everything else of 20 Hz to 20 kHz, dB: the worst and the middle second. */
  readonly worstSinadDb: number;
  readonly medianSinadDb: number;
  /** The largest deviation of the pitch in any 0.1 s from the mean of its second, ppm. */
  readonly worstPitchPpm: number;
  readonly seconds: number;
}

const SIZE = 32_768;
const KAISER_BETA = 24;
/** Half the width of what counts as the sine: the window's main lobe and slow slewing fit into it. */
const CARRIER_HZ = 30;
const PITCH_US = 100_000;

/** Looks at each whole second from the first to the last audible frame, less a tenth of a second for fades. */
export function measurePurity(recording: Recording, sineHz: number): Purity {
  const audible = (sample: number): boolean => Math.abs(sample) > 2e-4;
  const margin = Math.round(recording.rate / 10);
  const first = recording.samples.findIndex(audible) + margin;
  const last = recording.samples.findLastIndex(audible) - margin;
  const starts: number[] = [];
  for (let at = first; at + recording.rate <= last; at += recording.rate) starts.push(at);
  const meter = new SinadMeter();
  const sinads = starts.map((at) => meter.sinadDb(recording, at, sineHz)).toSorted((a, b) => a - b);
  const pitches = starts.map((at) => pitchPpm(recording, at, sineHz));
  return {
    worstSinadDb: sinads[0] ?? Number.NaN,
    medianSinadDb: sinads[sinads.length >> 1] ?? Number.NaN,
    worstPitchPpm: Math.max(...pitches),
    seconds: starts.length,
  };
}

/** By a Kaiser window's spectrum, the carrier being all within CARRIER_HZ of the sine. */
class SinadMeter {
  readonly #fft = new Fft(SIZE);
  readonly #re = new Float64Array(SIZE);
  readonly #im = new Float64Array(SIZE);
  readonly #window = Float64Array.from({ length: SIZE }, (_, i) => {
    const x = (2 * i) / (SIZE - 1) - 1;
    return bessel0(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel0(KAISER_BETA);
  });

  sinadDb(recording: Recording, at: number, sineHz: number): number {
    for (let i = 0; i < SIZE; i++) {
      this.#re[i] = (recording.samples[at + i] ?? 0) * (this.#window[i] as number);
      this.#im[i] = 0;
    }
    this.#fft.forward(this.#re, this.#im);
    const binHz = recording.rate / SIZE;
    let [signal, rest] = [0, 0];
    for (let k = Math.ceil(20 / binHz); k <= Math.min(20_000 / binHz, SIZE / 2 - 1); k++) {
      const power = (this.#re[k] as number) ** 2 + (this.#im[k] as number) ** 2;
      if (Math.abs(k * binHz - sineHz) <= CARRIER_HZ) signal += power;
      else rest += power;
    }
    return 10 * Math.log10(signal / rest);
  }
}

/** From the sine's phase against true time, in ten parts of the second. */
function pitchPpm(recording: Recording, at: number, sineHz: number): number {
  const parts = Math.round(1e6 / PITCH_US);
  const length = Math.round((recording.rate * PITCH_US) / 1e6);
  const phases = Array.from({ length: parts + 1 }, (_, part) =>
    phaseAround(recording, at + (part * recording.rate) / parts, length, sineHz),
  );
  const turns = phases.slice(1).map((phase, i) => wrap(phase - (phases[i] ?? 0)));
  const speeds = turns.map((turn) => (turn / (2 * Math.PI * sineHz * PITCH_US * 1e-6)) * 1e6);
  const mean = speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length;
  return Math.max(...speeds.map((speed) => Math.abs(speed - mean)));
}

/** Phase, against a sine that runs on true time, around a frame: Hann-windowed. */
function phaseAround(recording: Recording, frame: number, length: number, sineHz: number): number {
  const centre = Math.round(frame);
  const centreUs = trueUsAt(recording, centre);
  const segment = recording.segments.findLast(({ firstFrame }) => firstFrame <= centre);
  if (centreUs === null || segment === undefined) return Number.NaN;
  const perFrame = (2 * Math.PI * sineHz * 1e-6) / framesPerUs(recording, segment);
  // Whole turns since the segment's start don't matter, but their rounding would.
  const startPhase =
    (centre - segment.firstFrame) * perFrame + 2 * Math.PI * ((segment.startTrueUs * 1e-6 * sineHz) % 1);
  let [re, im] = [0, 0];
  for (let i = -length / 2; i < length / 2; i++) {
    const sample = recording.samples[centre + Math.round(i)] ?? 0;
    const weight = 0.5 + 0.5 * Math.cos((2 * Math.PI * i) / length);
    const phase = startPhase + Math.round(i) * perFrame;
    re += weight * sample * Math.cos(phase);
    im -= weight * sample * Math.sin(phase);
  }
  return Math.atan2(im, re);
}

function wrap(phase: number): number {
  return phase - 2 * Math.PI * Math.round(phase / (2 * Math.PI));
}
