import test from 'ava';
import { measurePurity } from './purity.ts';
import type { Recording } from './recording.ts';

/** A sine of 997 Hz as a DAC of 20 ppm recorded it; phase(seconds) is added, in radians. */
function sine(phase: (seconds: number) => number, noise = 0): Recording {
  const rate = 48_000 * (1 + 20e-6);
  const samples = Float32Array.from({ length: 5 * 48_000 }, (_, i) => {
    const seconds = i / rate;
    const wave = 0.5 * Math.sin(2 * Math.PI * 997 * seconds + phase(seconds));
    return wave + noise * Math.sin(2 * Math.PI * 5000 * seconds);
  });
  return {
    samples,
    rate: 48_000,
    segments: [{ firstFrame: 0, startTrueUs: 1_790_000_000_000_003, ppm: 20 }],
  };
}

test('a clean sine is purer than what is asked of a speaker', (t) => {
  const { worstSinadDb, worstPitchPpm, seconds } = measurePurity(
    sine(() => 0),
    997,
  );
  t.is(seconds, 4);
  t.true(worstSinadDb > 125, `${worstSinadDb} dB`);
  t.true(worstPitchPpm < 0.05, `${worstPitchPpm} ppm`);
});

test('a disturbance 80 dB below is read as 80 dB', (t) => {
  const { worstSinadDb } = measurePurity(
    sine(() => 0, 0.5e-4),
    997,
  );
  t.true(Math.abs(worstSinadDb - 80) < 0.1, `${worstSinadDb} dB`);
});

test('a steady slew leaves the purity and the pitch within a second as they are', (t) => {
  const { worstSinadDb, worstPitchPpm } = measurePurity(
    sine((s) => 2 * Math.PI * 997 * s * 300e-6),
    997,
  );
  t.true(worstSinadDb > 125, `${worstSinadDb} dB`);
  t.true(worstPitchPpm < 0.05, `${worstPitchPpm} ppm`);
});

test('a change of speed by 40 ppm within a second shows in its pitch', (t) => {
  const { worstPitchPpm } = measurePurity(
    sine((s) => 2 * Math.PI * 997 * Math.max(0, s - 2.6) * 40e-6),
    997,
  );
  t.true(worstPitchPpm > 15 && worstPitchPpm < 40, `${worstPitchPpm} ppm`);
});
