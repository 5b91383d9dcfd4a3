import test from 'ava';
import { Interpolator } from './interpolator.ts';
import { PositionTracker, Tracks } from './position.ts';
import type { Recording } from './recording.ts';
import type { Reference } from './reference.ts';
import { device, music } from './synthetic.ts';
import { trace } from './trace.ts';

const reference: Reference = { rate: 44_100, samples: music(44_100, 12) };
const tracks = new Tracks([reference]);

/** The worst error in µs against a playing that starts at startUs at speed 1, looked at each 100 ms. */
function worstErrorUs(recording: Recording, startUs: number, speedPpm = 0): number {
  const timesUs = Array.from({ length: 15 }, (_, i) => startUs + 500_000 + i * 100_000);
  const found = trace(recording, tracks, timesUs);
  return timesUs.reduce((worst, trueUs, i) => {
    const intendedUs = (trueUs - startUs) * (1 + speedPpm * 1e-6);
    return Math.max(worst, Math.abs((found[i]?.us ?? Number.NaN) - intendedUs));
  }, 0);
}

for (const [rate, ppm, offsetUs] of [
  [44_100, -60, 0.3],
  [44_100, 0, 37],
  [44_100, 60, 1000],
  [48_000, -60, 37],
  [48_000, 0, 0.3],
  [48_000, 60, 37],
  [96_000, -60, 1000],
  [96_000, 60, 0.3],
] as const) {
  test(`finds ${offsetUs} µs to 0.1 µs at ${rate} Hz from a DAC of ${ppm} ppm`, (t) => {
    const recording = device({ rate, ppm, seconds: 3 }, (us) => (us - offsetUs) * 1e-6, reference);
    const worst = worstErrorUs(recording, offsetUs);
    t.true(worst < 0.1, `off by ${worst} µs`);
  });
}

test('finds a position while the speaker slews by 300 ppm', (t) => {
  const recording = device(
    { rate: 48_000, ppm: 20, seconds: 3 },
    (us) => us * 1e-6 * (1 + 300e-6),
    reference,
  );
  const worst = worstErrorUs(recording, 0, 300);
  t.true(worst < 0.1, `off by ${worst} µs`);
});

test('does not mind true time counted from 1970', (t) => {
  const startUs = 1_790_000_000_123_457;
  const recording = device({ rate: 48_000, ppm: 20, seconds: 3 }, (us) => us * 1e-6, reference);
  const worst = worstErrorUs(
    { ...recording, segments: [{ firstFrame: 0, startTrueUs: startUs, ppm: 20 }] },
    startUs,
  );
  t.true(worst < 0.3, `off by ${worst} µs`);
});

test('silence has no position', (t) => {
  const silent: Recording = {
    rate: 48_000,
    samples: new Float32Array(96_000),
    segments: [{ firstFrame: 0, startTrueUs: 0, ppm: 0 }],
  };
  t.is(new PositionTracker(silent, tracks).at(1_000_000), null);
});

test('noise has no position', (t) => {
  const noise = music(48_000, 2, 99);
  const recording = { rate: 48_000, samples: noise, segments: [{ firstFrame: 0, startTrueUs: 0, ppm: 0 }] };
  t.is(new PositionTracker(recording, tracks).at(1_000_000), null);
});

test('finds the place again after a seek', (t) => {
  const heard = (us: number): number => us * 1e-6 + (us < 2_000_000 ? 0 : 6);
  const recording = device({ rate: 48_000, ppm: 0, seconds: 5 }, heard, reference);
  const tracker = new PositionTracker(recording, tracks);
  for (let us = 500_000; us < 1_900_000; us += 100_000) tracker.at(us);
  const found = tracker.at(2_500_000);
  t.true(Math.abs((found?.us ?? 0) - 8_500_000) < 0.1, `found at ${found?.us} µs`);
});

test('tells which of two tracks is playing', (t) => {
  const other: Reference = { rate: 48_000, samples: music(48_000, 8, 7) };
  const recording = device({ rate: 48_000, ppm: 0, seconds: 3 }, (us) => us * 1e-6 + 2, other);
  const found = new PositionTracker(recording, new Tracks([reference, other])).at(1_000_000);
  t.is(found?.track, 1);
  t.true(Math.abs((found?.us ?? 0) - 3_000_000) < 0.1, `found at ${found?.us} µs`);
});

test('a gap in what the device consumed has no position, and shifts nothing after it', (t) => {
  const whole = device({ rate: 48_000, ppm: 0, seconds: 5 }, (us) => us * 1e-6, reference);
  const samples = new Float32Array([...whole.samples.slice(0, 96_000), ...whole.samples.slice(110_400)]);
  const segments = [
    { firstFrame: 0, startTrueUs: 0, ppm: 0 },
    { firstFrame: 96_000, startTrueUs: 2_300_000, ppm: 0 },
  ];
  const tracker = new PositionTracker({ rate: 48_000, samples, segments }, tracks);
  tracker.at(1_500_000);
  t.is(tracker.at(2_150_000), null);
  const found = tracker.at(2_500_000);
  t.true(Math.abs((found?.us ?? 0) - 2_500_000) < 0.1, `found at ${found?.us} µs`);
});

test('an interpolator gives back a sine between its samples', (t) => {
  const sine = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i * 0.9));
  const reader = new Interpolator(0.47, 24);
  for (let at = 500; at < 600; at += 0.37) t.true(Math.abs(reader.at(sine, at) - Math.sin(at * 0.9)) < 5e-4);
});
