import test from 'ava';
import fc from 'fast-check';
import { Dither } from './dither.ts';
import { type DeviceFormat, encodeSamples, sampleBytes } from './sample-format.ts';

const fullScale: Readonly<Record<DeviceFormat, number>> = {
  S16: 2 ** 15,
  S24: 2 ** 23,
  S24_3LE: 2 ** 23,
  S32: 2 ** 31,
  FLOAT: 1,
};
const formats = ['S16', 'S24', 'S24_3LE', 'S32', 'FLOAT'] as const;

/** What a device would read, in steps of the format. */
function codes(format: DeviceFormat, samples: ArrayLike<number>): { codes: number[]; clipped: number } {
  const bytes = new Uint8Array(samples.length * sampleBytes(format));
  const clipped = encodeSamples(format, Float32Array.from(samples), bytes, new Dither(1));
  const view = Buffer.from(bytes.buffer);
  const read: Readonly<Record<DeviceFormat, (at: number) => number>> = {
    S16: (at) => view.readInt16LE(at),
    S24: (at) => view.readInt32LE(at),
    S24_3LE: (at) => view.readIntLE(at, 3),
    S32: (at) => view.readInt32LE(at),
    FLOAT: (at) => view.readFloatLE(at),
  };
  return { codes: Array.from(samples, (_, i) => read[format](i * sampleBytes(format))), clipped };
}

for (const format of formats) {
  const steps = fullScale[format];

  test(`${format}: samples come back to the nearest step`, (t) => {
    const tolerance = { S16: 1.5, S24: 0.5, S24_3LE: 0.5, S32: 0.5, FLOAT: 0 }[format];
    fc.assert(
      fc.property(fc.array(fc.float({ min: -1, max: Math.fround(0.999), noNaN: true })), (samples) => {
        const result = codes(format, samples);
        return (
          result.clipped === 0 &&
          result.codes.every((code, i) => Math.abs(code - samples[i]! * steps) <= tolerance)
        );
      }),
    );
    t.pass();
  });

  test(`${format}: what is too loud is clipped and counted, never wrapped`, (t) => {
    const loud = [1.0001, 7, Number.POSITIVE_INFINITY, -1.0001, -7, Number.NEGATIVE_INFINITY];
    const top = format === 'FLOAT' ? 1 : steps - 1;
    const result = codes(format, loud);
    const near = format === 'S16' ? 2 : 0;
    t.is(result.clipped, 6);
    for (const code of result.codes.slice(0, 3)) t.true(code <= top && code >= top - near, `${code}`);
    for (const code of result.codes.slice(3)) t.true(code >= -steps && code <= near - steps, `${code}`);
  });

  test(`${format}: full scale itself fits and is no clipping`, (t) => {
    const result = codes(format, [1, -1]);
    t.is(result.clipped, 0);
    t.true(result.codes[0]! > 0 && result.codes[1]! < 0);
  });

  test(`${format}: what is no number is silence, and counted`, (t) => {
    t.deepEqual(codes(format, [Number.NaN]), { codes: [0], clipped: 1 });
  });

  test(`${format}: digital silence stays silence`, (t) => {
    t.true(codes(format, new Float32Array(1000)).codes.every((code) => code === 0));
  });
}

test('16 bits keep a tone far below one step, and no distortion of it', (t) => {
  const tone = Float32Array.from({ length: 480_000 }, (_, i) => (0.3 / 2 ** 15) * Math.sin(i * 0.1));
  const { codes: steps } = codes('S16', tone);
  const amplitude = (harmonic: number) =>
    (2 / steps.length) * steps.reduce((sum, code, i) => sum + code * Math.sin(i * 0.1 * harmonic), 0);
  t.true(Math.abs(amplitude(1) - 0.3) < 0.01, `amplitude ${amplitude(1)} steps, expected 0.3`);
  t.true(Math.abs(amplitude(3)) < 0.01, `third harmonic ${amplitude(3)} steps`);
});

test('the error at 16 bits has the power of TPDF dither, whatever the signal', (t) => {
  for (const level of [0.1, 0.5, 100.25]) {
    const { codes: steps } = codes('S16', new Float32Array(100_000).fill(level / 2 ** 15));
    const mean = steps.reduce((a, b) => a + b) / steps.length;
    const power = steps.reduce((sum, code) => sum + (code - level) ** 2, 0) / steps.length;
    t.true(Math.abs(mean - level) < 0.01, `mean ${mean}, expected ${level}`);
    t.true(Math.abs(power - 0.25) < 0.01, `power ${power} steps², expected 1/4`);
  }
});

test('the same seed gives the same dither, another seed another', (t) => {
  const draw = (seed: number) => {
    const dither = new Dither(seed);
    return Array.from({ length: 8 }, () => dither.next());
  };
  t.deepEqual(draw(7), draw(7));
  t.notDeepEqual(draw(7), draw(8));
  t.throws(() => new Dither(0), { instanceOf: RangeError });
});

test('writes into a part of a buffer, and refuses one too small', (t) => {
  const bytes = new Uint8Array(16).fill(0xee);
  encodeSamples('S24_3LE', Float32Array.of(0.5, -0.5), bytes.subarray(4), new Dither(1));
  t.deepEqual([...bytes.subarray(2, 12)], [0xee, 0xee, 0, 0, 0x40, 0, 0, 0xc0, 0xee, 0xee]);
  t.throws(() => encodeSamples('S32', new Float32Array(5), bytes, new Dither(1)), {
    instanceOf: RangeError,
    message: /5 samples as S32/,
  });
});
