import type { Dither } from './dither.ts';

/**
 * What samples are to a device, all little endian: S24 stands sign-extended in 32 bits, S24_3LE in 3 bytes; FLOAT
 * is 32 bits, −1 to 1.
 */
export type DeviceFormat = 'S16' | 'S24' | 'S24_3LE' | 'S32' | 'FLOAT';

const SAMPLE_BYTES: Readonly<Record<DeviceFormat, number>> = { S16: 2, S24: 4, S24_3LE: 3, S32: 4, FLOAT: 4 };

export function sampleBytes(format: DeviceFormat): number {
  return SAMPLE_BYTES[format];
}

/**
 * Writes samples as a device wants them to the beginning of `out`. A full scale of 1 is 2ⁿ⁻¹ steps, the largest
 * code one less. What lies beyond −1 to 1 becomes the nearest that fits, and what is no number silence.
 * 16 bits are dithered, the others' steps being finer than what a Float32Array or an amplifier resolves. A sample
 * of exactly 0 stays 0 all the same: it needs no rounding, and devices and amplifiers know silence by it and mute.
 * @param out its address a multiple of 4 in its buffer (not for S24_3LE), with room for all samples
 * @returns the number of samples that were clipped or no number
 * @throws {RangeError} when out is too small or not aligned
 */
export function encodeSamples(
  format: DeviceFormat,
  samples: Float32Array,
  out: Uint8Array,
  dither: Dither,
): number {
  const { length } = samples;
  if (out.length < length * sampleBytes(format)) {
    throw new RangeError(`${length} samples as ${format} don't fit into ${out.length} bytes`);
  }
  const { buffer, byteOffset } = out;
  switch (format) {
    case 'S16':
      return encodeDithered(samples, new Int16Array(buffer, byteOffset, length), dither);
    case 'S24':
      return encodeRounded(samples, new Int32Array(buffer, byteOffset, length), 2 ** 23);
    case 'S32':
      return encodeRounded(samples, new Int32Array(buffer, byteOffset, length), 2 ** 31);
    case 'S24_3LE':
      return encodePacked(samples, out);
    case 'FLOAT':
      return encodeFloat(samples, new Float32Array(buffer, byteOffset, length));
  }
}

function encodeDithered(samples: Float32Array, out: Int16Array, dither: Dither): number {
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    if (!fits(sample)) clipped++;
    out[i] = sample === 0 ? 0 : code(sample * 2 ** 15 + dither.next(), 2 ** 15);
  }
  return clipped;
}

function encodeRounded(samples: Float32Array, out: Int32Array, fullScale: number): number {
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    if (!fits(sample)) clipped++;
    out[i] = code(sample * fullScale, fullScale);
  }
  return clipped;
}

function encodePacked(samples: Float32Array, out: Uint8Array): number {
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    if (!fits(sample)) clipped++;
    const value = code(sample * 2 ** 23, 2 ** 23);
    out[3 * i] = value;
    out[3 * i + 1] = value >> 8;
    out[3 * i + 2] = value >> 16;
  }
  return clipped;
}

function encodeFloat(samples: Float32Array, out: Float32Array): number {
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    if (!fits(sample)) clipped++;
    out[i] = Number.isNaN(sample) ? 0 : Math.min(Math.max(sample, -1), 1);
  }
  return clipped;
}

/** False for NaN too. */
function fits(sample: number): boolean {
  return sample >= -1 && sample <= 1;
}

/** The nearest code; what is no number becomes 0 when it is stored as an integer. */
function code(value: number, fullScale: number): number {
  // By comparisons, because V8 calls Math.min and Math.max until it knows the loop as a hot one.
  const nearest = Math.floor(value + 0.5);
  if (nearest >= fullScale) return fullScale - 1;
  if (nearest < -fullScale) return -fullScale;
  return nearest;
}
