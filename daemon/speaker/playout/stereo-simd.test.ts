import test from 'ava';
import fc from 'fast-check';
import { makeKernel } from './kernel.ts';
import { resample } from './resampler.ts';

const kernels = [makeKernel(44_100, 48_000), makeKernel(48_000, 48_000), makeKernel(96_000, 44_100)];

test('renders what the plain way does, to 120 dB below full scale', (t) => {
  const noise = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i * i * 0.01));
  const source = [noise, noise.toReversed()];
  fc.assert(
    fc.property(
      fc.constantFrom(...kernels),
      fc.double({ min: 300, max: 301, noNaN: true }),
      fc.double({ min: 0.4, max: 2.2, noNaN: true }),
      fc.integer({ min: 1, max: 512 }),
      fc.integer({ min: 2, max: 4 }),
      (kernel, at, step, count, channels) => {
        const [quick, plain] = [new Float32Array(count * channels), new Float32Array(count * channels)];
        const { simd: _, ...withoutSimd } = kernel;
        resample(kernel, source, at, step, quick, channels, 0, count);
        resample(withoutSimd, source, at, step, plain, channels, 0, count);
        for (const [i, sample] of plain.entries()) {
          if (Math.abs(sample - quick[i]!) > 1e-6)
            throw new Error(`sample ${i}: ${quick[i]}, expected ${sample}`);
        }
      },
    ),
    { numRuns: 100 },
  );
  t.pass();
});

test('blocks that are too large for it are rendered all the same', (t) => {
  const source = [new Float32Array(20_000).fill(0.5), new Float32Array(20_000).fill(-0.25)];
  const out = new Float32Array(2 * 4000);
  resample(kernels[0]!, source, 100, 1, out, 2, 0, 4000);
  t.true(out.every((sample, i) => Math.abs(sample - (i % 2 === 0 ? 0.5 : -0.25)) < 1e-6));
});
