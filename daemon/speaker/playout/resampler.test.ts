import test from 'ava';
import fc from 'fast-check';
import { slewedSinadDb } from '../../../bench/measure/resampling.ts';
import { makeKernel } from './kernel.ts';
import { resample } from './resampler.ts';

const up = makeKernel(44_100, 48_000);
const same = makeKernel(44_100, 44_100);

/** Renders by one call into an array of its own. */
function rendered(
  kernel: typeof up,
  source: readonly Float32Array[],
  at: number,
  step: number,
  count: number,
  channels = 1,
): Float32Array {
  const out = new Float32Array(count * channels);
  resample(kernel, source, at, step, out, channels, 0, count);
  return out;
}

function wave(length: number, cyclesPerFrame: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(2 * Math.PI * cyclesPerFrame * i));
}

const rates: [number, number][] = [
  [44_100, 48_000],
  [48_000, 48_000],
  [44_100, 44_100],
  [48_000, 44_100],
  [44_100, 96_000],
  [22_050, 48_000],
];
for (const [sourceRate, sinkRate] of rates) {
  const highHz = sourceRate > 40_000 ? 15_000 : 7500;
  test(`${sourceRate} → ${sinkRate}: a sine stays pure while the ratio moves by ±60 ppm`, (t) => {
    const kernel = makeKernel(sourceRate, sinkRate);
    const low = slewedSinadDb(kernel, 1000, 0.5);
    const high = slewedSinadDb(kernel, highHz, 0.5);
    t.true(low > 130, `SINAD ${low} dB at 1 kHz, expected above 130`);
    t.true(high > 120, `SINAD ${high} dB at ${highHz} Hz, expected above 120`);
  });
}

test('a sine comes out with the phase of the position that was asked for', (t) => {
  const cyclesPerFrame = 997 / 44_100;
  const source = wave(2000, cyclesPerFrame);
  const step = (44_100 / 48_000) * (1 + 37e-6);
  for (const at of [100, 100.5, 123.456789, 700 - 1 / 3]) {
    const out = rendered(up, [source], at, step, 500);
    for (const [i, sample] of out.entries()) {
      const expected = Math.sin(2 * Math.PI * cyclesPerFrame * (at + i * step));
      t.true(Math.abs(sample - expected) < 1e-5, `${sample} at ${at + i * step}, expected ${expected}`);
    }
  }
});

test('whole positions at one rate give the source bit for bit', (t) => {
  const source = wave(500, 0.123);
  t.deepEqual(rendered(same, [source], 100, 1, 300), source.subarray(100, 400));
});

test('an impulse comes out where it is, the same to both sides', (t) => {
  const source = new Float32Array(400);
  source[200] = 1;
  const out = rendered(up, [source], 200 - 30, 0.5, 121);
  t.is(out.indexOf(Math.max(...out)), 60);
  for (let i = 1; i <= 60; i++) {
    t.true(Math.abs(out[60 - i]! - out[60 + i]!) < 1e-6, `${out[60 - i]} and ${out[60 + i]} at ±${i / 2}`);
  }
});

test('a constant keeps its level', (t) => {
  const out = rendered(up, [new Float32Array(400).fill(0.5)], 100, 0.91875, 200);
  for (const sample of out) t.true(Math.abs(sample - 0.5) < 1e-6, `${sample}, expected 0.5`);
});

test('what the lower rate cannot carry is gone', (t) => {
  const down = makeKernel(96_000, 48_000);
  const out = rendered(down, [wave(3000, 30_000 / 96_000)], 200, 2, 1000);
  const peak = Math.max(...out.map(Math.abs));
  t.true(peak < 2e-6, `${peak} of a tone of 30 kHz at 48 kHz`);
});

test('blocks of any sizes give what one call gives', (t) => {
  const noise = Float32Array.from({ length: 1200 }, (_, i) => Math.sin(i * i * 0.01) * 0.9);
  const source = [noise, noise.toReversed()];
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 }),
      fc.double({ min: 60, max: 61, noNaN: true }),
      fc.double({ min: 0.45, max: 1.0001, noNaN: true }),
      (sizes, at, step) => {
        const count = Math.min(
          900,
          sizes.reduce((a, b) => a + b),
        );
        const whole = rendered(up, source, at, step, count, 2);
        const parts = new Float32Array(whole.length);
        let done = 0;
        for (const size of sizes) {
          const part = Math.min(size, count - done);
          resample(up, source, at + done * step, step, parts, 2, done, part);
          done += part;
        }
        for (const [i, sample] of whole.entries()) {
          if (Math.abs(sample - parts[i]!) > 1e-7) {
            throw new Error(`sample ${i}: ${sample} at once, ${parts[i]} in blocks`);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
  t.pass();
});

const left = new Float32Array(200).fill(0.5);
const right = new Float32Array(200).fill(-0.25);
const layouts: [string, Float32Array[], number, number[]][] = [
  ['mono onto mono', [left], 1, [0.5]],
  ['mono onto both of two channels', [left], 2, [0.5, 0.5]],
  ['mono onto the first two of four channels', [left], 4, [0.5, 0.5, 0, 0]],
  ['stereo onto mono as the mean', [left, right], 1, [0.125]],
  ['stereo onto stereo', [left, right], 2, [0.5, -0.25]],
  ['stereo onto the first two of three channels', [left, right], 3, [0.5, -0.25, 0]],
];
for (const [title, source, channels, expected] of layouts) {
  test(`${title}; frames beside those asked for stay as they are`, (t) => {
    const out = new Float32Array(4 * channels).fill(9);
    resample(same, source, 100, 1, out, channels, 1, 2);
    const around = expected.map(() => 9);
    t.deepEqual([...out], [...around, ...expected, ...expected, ...around]);
  });
}

test('reads exactly halfWidth frames on each side, and says when they are not there', (t) => {
  const { halfWidth } = up;
  const source = [new Float32Array(2 * halfWidth + 10)];
  t.notThrows(() => rendered(up, source, halfWidth - 1, 1, 11));
  t.throws(() => rendered(up, source, halfWidth - 1.5, 1, 1), { instanceOf: RangeError, message: /need/ });
  t.throws(() => rendered(up, source, halfWidth - 1, 1, 12), { instanceOf: RangeError, message: /need/ });
  t.throws(() => rendered(up, source, Number.NaN, 1, 1), { instanceOf: RangeError });
});

test('refuses channels it has no place for and a block that is too short', (t) => {
  t.throws(() => rendered(up, [], 100, 1, 1), { instanceOf: RangeError, message: /0 channels/ });
  t.throws(() => rendered(up, [left, right, left], 100, 1, 1), { instanceOf: RangeError });
  t.throws(() => rendered(up, [left, right.subarray(1)], 100, 1, 1), { instanceOf: RangeError });
  const out = new Float32Array(6);
  t.throws(() => resample(up, [left], 100, 1, out, 2, 1, 3), { instanceOf: RangeError, message: /fit/ });
});
