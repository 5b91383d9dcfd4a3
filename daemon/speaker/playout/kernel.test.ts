import test from 'ava';
import { type Kernel, makeKernel, PHASES } from './kernel.ts';

const pairs = [
  [44_100, 48_000],
  [48_000, 48_000],
  [48_000, 44_100],
  [44_100, 96_000],
  [22_050, 48_000],
  [96_000, 44_100],
] as const;

/** Level of the kernel's impulse response at a frequency, dB, from every eighth row. */
function levelDb({ taps, halfWidth, sourceRate }: Kernel, frequencyHz: number): number {
  const width = 2 * halfWidth;
  const omega = (2 * Math.PI * frequencyHz) / sourceRate;
  const rows = PHASES / 8;
  let real = 0;
  let imaginary = 0;
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < width; k++) {
      const tap = taps[row * 8 * width + k]!;
      const angle = omega * (k + 1 - halfWidth - row / rows);
      real += tap * Math.cos(angle);
      imaginary += tap * Math.sin(angle);
    }
  }
  return 20 * Math.log10(Math.hypot(real, imaginary) / rows);
}

for (const [sourceRate, sinkRate] of pairs) {
  const nyquistHz = Math.min(sourceRate, sinkRate) / 2;
  const passedHz = Math.min(20_000, (nyquistHz * 20_000) / 22_050);
  const kernel = makeKernel(sourceRate, sinkRate);

  test(`${sourceRate} → ${sinkRate}: flat within 0.001 dB up to ${Math.round(passedHz)} Hz`, (t) => {
    for (let hz = 0; hz <= passedHz; hz += passedHz / 50) {
      const level = levelDb(kernel, hz);
      t.true(Math.abs(level) < 1e-3, `${level} dB at ${hz} Hz, expected 0`);
    }
  });

  test(`${sourceRate} → ${sinkRate}: at least 115 dB down in the stopband`, (t) => {
    const edgeHz = 2 * nyquistHz - passedHz;
    for (let hz = edgeHz; hz < 6 * sourceRate; hz += sourceRate / 23) {
      const level = levelDb(kernel, hz);
      t.true(level < -115, `${level} dB at ${hz} Hz`);
    }
  });
}

test('every row of taps sums to 1', (t) => {
  const { taps, halfWidth } = makeKernel(44_100, 48_000);
  for (let row = 0; row < PHASES; row++) {
    const sum = taps.subarray(row * 2 * halfWidth, (row + 1) * 2 * halfWidth).reduce((a, b) => a + b, 0);
    t.true(Math.abs(sum - 1) < 1e-6, `row ${row} sums to ${sum}`);
  }
});

test('a rate that is none is refused', (t) => {
  t.throws(() => makeKernel(0, 48_000), { instanceOf: RangeError, message: /from 0 Hz to 48000 Hz/ });
  t.throws(() => makeKernel(44_100, Number.NaN), { instanceOf: RangeError });
});
