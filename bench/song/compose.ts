import { type Random, seededRandom } from '../../daemon/random.ts';
import { reverb } from './reverb.ts';
import { type Bar, BEATS_PER_BAR, BEATS_PER_MINUTE, SCORE } from './score.ts';
import { bass, brush, electricPiano, kick, pluck, RATE, type Sound, shaker, stir } from './voices.ts';

/** Both channels of the piece. */
export interface Song {
  readonly rate: number;
  readonly left: Float32Array;
  readonly right: Float32Array;
}

const BEAT_S = 60 / BEATS_PER_MINUTE;
const TAIL_S = 1.8;
const SWING_BEATS = 0.06;
const PEAK = 0.85;

/** Plays the score: always the same samples. */
export function compose(): Song {
  const length = Math.round((SCORE.length * BEATS_PER_BAR * BEAT_S + TAIL_S) * RATE);
  const left = new Float32Array(length);
  const right = new Float32Array(length);
  const random = seededRandom(7);
  const add: Add = (sound, bar, beat, level, pan) => {
    const off = beat % 1 === 0.5 ? SWING_BEATS : 0;
    const human = (random() - 0.5) * 0.012 + 0.01;
    const at = Math.round(((bar * BEATS_PER_BAR + beat + off) * BEAT_S + human) * RATE);
    const accent = level * (0.85 + 0.3 * random());
    mix(left, sound, at, accent * Math.cos((pan * Math.PI) / 2));
    mix(right, sound, at, accent * Math.sin((pan * Math.PI) / 2));
  };
  for (const [number, bar] of SCORE.entries()) {
    playHarmony(bar, number, add);
    for (const [beat, pitch, beats] of bar.bass) add(bass(pitch, beats * BEAT_S), number, beat, 0.13, 0.5);
    for (const [beat, pitch, beats] of bar.melody) {
      add(pluck(pitch, beats * BEAT_S, random), number, beat, 0.42, 0.35 + 0.02 * (pitch % 13));
    }
    playDrums(number, random, add);
  }
  return { rate: RATE, ...master(left, right) };
}

/** @param pan 0 is left, 1 right */
type Add = (sound: Sound, bar: number, beat: number, level: number, pan: number) => void;

function mix(to: Float32Array, sound: Sound, at: number, level: number): void {
  const end = Math.min(sound.length, to.length - at);
  for (let i = 0; i < end; i++) to[at + i] = (to[at + i] ?? 0) + level * (sound[i] ?? 0);
}

function playHarmony(bar: Bar, number: number, add: Add): void {
  for (const [i, { beat, pitches }] of bar.chords.entries()) {
    const beats = (bar.chords[i + 1]?.beat ?? BEATS_PER_BAR) - beat;
    for (const [voice, pitch] of pitches.entries()) {
      // Each side has its own tuning, which makes the chords wide.
      add(electricPiano(pitch, beats * BEAT_S, -900), number, beat + voice * 0.012, 0.045, 0.2);
      add(electricPiano(pitch, beats * BEAT_S, 900), number, beat + voice * 0.012, 0.045, 0.8);
    }
  }
}

function playDrums(number: number, random: Random, add: Add): void {
  for (let half = 0; half < 2 * BEATS_PER_BAR; half++) {
    add(shaker(random), number, half / 2, half % 2 === 0 ? 0.12 : 0.07, 0.72);
  }
  for (let beat = 0; beat < BEATS_PER_BAR; beat++) {
    add(stir(1.4 * BEAT_S, random), number, beat, 0.13, beat % 2 === 0 ? 0.3 : 0.55);
  }
  if (number === SCORE.length - 1) return;
  add(kick(), number, 0, 0.5, 0.5);
  add(kick(), number, number % 3 === 0 ? 2.5 : 2, 0.4, 0.5);
  for (const beat of [1, 3]) add(brush(random), number, beat, 0.3, 0.42);
  if (number % 4 === 3)
    for (const beat of [3.25, 3.5, 3.75]) add(brush(random), number, beat, 0.14, 0.3 + beat / 10);
}

function master(left: Float32Array, right: Float32Array): Pick<Song, 'left' | 'right'> {
  const rooms = [reverb(left, 0), reverb(right, 23)] as const;
  const fadeFrames = TAIL_S * RATE;
  const finish = (dry: Float32Array, own: Float32Array, other: Float32Array): Float32Array =>
    dry.map((sample, i) => {
      const fade = Math.min(1, (dry.length - 1 - i) / fadeFrames) ** 2;
      return fade * Math.tanh(1.3 * (sample + 0.3 * (own[i] ?? 0) + 0.12 * (other[i] ?? 0)));
    });
  const sides = { left: finish(left, rooms[0], rooms[1]), right: finish(right, rooms[1], rooms[0]) };
  let peak = 0;
  for (const side of [sides.left, sides.right])
    for (const sample of side) peak = Math.max(peak, Math.abs(sample));
  const gain = PEAK / peak;
  return { left: sides.left.map((s) => s * gain), right: sides.right.map((s) => s * gain) };
}
