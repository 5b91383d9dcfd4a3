import type { Random } from '../../daemon/random.ts';

/** Frames a second of the whole piece. */
export const RATE = 44100;

/** One channel's sound of one note or beat. */
export type Sound = Float32Array;

const TURN = 2 * Math.PI;

export function pitchHz(midi: number): number {
  return 440 * 2 ** ((midi - 69) / 12);
}

/** Runs a function of time (seconds) for as long as the sound lasts, with 5 ms of fade at its end. */
function render(seconds: number, sampleAt: (t: number) => number): Sound {
  const sound = new Float32Array(Math.round(seconds * RATE));
  for (let i = 0; i < sound.length; i++) {
    const fade = Math.min(1, (sound.length - i) / (0.005 * RATE));
    sound[i] = fade * sampleAt(i / RATE);
  }
  return sound;
}

/** Electric piano: one sine bends another's phase, a high tine on top. */
export function electricPiano(midi: number, seconds: number, detunePpm: number): Sound {
  const hz = pitchHz(midi) * (1 + detunePpm * 1e-6);
  return render(seconds + 0.5, (t) => {
    const release = t < seconds ? 1 : Math.exp(-(t - seconds) * 9);
    const bend = 1.1 * Math.exp(-2.2 * t) * Math.sin(TURN * hz * t);
    const tine = 0.1 * Math.exp(-14 * t) * Math.sin(TURN * 7.01 * hz * t);
    const attack = Math.min(1, t / 0.004);
    return attack * release * Math.exp(-0.9 * t) * (Math.sin(TURN * hz * t + bend) + tine);
  });
}

export function bass(midi: number, seconds: number): Sound {
  const hz = pitchHz(midi);
  return render(seconds + 0.1, (t) => {
    const envelope =
      Math.min(1, t / 0.008) * Math.exp(-0.8 * t) * (t < seconds ? 1 : Math.exp(-(t - seconds) * 40));
    const tone =
      Math.sin(TURN * hz * t) + 0.45 * Math.sin(2 * TURN * hz * t) + 0.15 * Math.sin(3 * TURN * hz * t);
    return envelope * Math.tanh(1.2 * tone);
  });
}

/** A plucked string: noise going round a delay line that takes off its edge (Karplus and Strong, 1983). */
export function pluck(midi: number, seconds: number, random: Random): Sound {
  const period = RATE / pitchHz(midi) - 0.5;
  const whole = Math.floor(period);
  const tune = (1 - (period - whole)) / (1 + (period - whole));
  const noise = Float32Array.from({ length: whole }, () => random() * 2 - 1);
  const mean = noise.reduce((sum, sample) => sum + sample, 0) / whole;
  const line = noise.map((sample) => sample - mean); // what is constant would go round for ever
  let last = 0;
  let tunedIn = 0;
  let tunedOut = 0;
  let i = 0;
  return render(seconds + 0.8, (t) => {
    const now = line[i] ?? 0;
    const smooth = 0.4985 * (now + last);
    tunedOut = tune * (smooth - tunedOut) + tunedIn;
    tunedIn = smooth;
    last = now;
    line[i] = tunedOut;
    i = (i + 1) % whole;
    return now * (t < seconds ? 1 : Math.exp(-(t - seconds) * 6));
  });
}

export function kick(): Sound {
  return render(0.3, (t) => {
    const phase = 48 * t + 3.2 * (1 - Math.exp(-28 * t));
    return Math.min(1, t / 0.002) * Math.exp(-13 * t) * Math.sin(TURN * phase);
  });
}

/** A brush on a snare: noise between about 0.5 and 6 kHz. */
export function brush(random: Random): Sound {
  let low = 0;
  let lower = 0;
  return render(0.28, (t) => {
    low += 0.55 * (random() * 2 - 1 - low);
    lower += 0.07 * (low - lower);
    return Math.min(1, t / 0.012) * Math.exp(-15 * t) * (low - lower);
  });
}

/** A shaker: the upper end of noise. */
export function shaker(random: Random): Sound {
  let last = 0;
  return render(0.11, (t) => {
    const noise = random() * 2 - 1;
    const high = noise - 0.85 * last;
    last = noise;
    return Math.min(1, t / 0.018) * Math.exp(-38 * t) * high;
  });
}

/** A brush stirring on the drum's head: it swells and fades once. */
export function stir(seconds: number, random: Random): Sound {
  let low = 0;
  let lower = 0;
  return render(seconds, (t) => {
    low += 0.7 * (random() * 2 - 1 - low);
    lower += 0.15 * (low - lower);
    return Math.sin((Math.PI * t) / seconds) ** 2 * (low - lower);
  });
}
