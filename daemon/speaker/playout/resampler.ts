import { type Kernel, PHASES } from './kernel.ts';

/**
 * Renders frames at any fractional positions of the source; stateless, so that a position depends on nothing
 * but itself. Output frame i is the source at position at + i × step, limited to the kernel's band. Tone and
 * phase at a position don't depend on how the frames are divided into calls.
 * One source channel goes to the first two of the sink; two go to the first two, or as their mean to a sink of
 * one; further sink channels get silence.
 * @param source one array a channel, of one length
 * @param at position of the first output frame, in frames of the arrays (0 is the first element's)
 * @param step source frames per output frame: sourceRate / sinkRate, and a little more or less to slew
 * @param out interleaved
 * @param outOffset frame of out to begin at
 * @param count frames to render
 * @throws {RangeError} when source lacks the kernel's halfWidth frames on a side of a position, has neither one
 *   nor two channels, or out is too short
 */
export function resample(
  kernel: Kernel,
  source: readonly Float32Array[],
  at: number,
  step: number,
  out: Float32Array,
  outChannels: number,
  outOffset: number,
  count: number,
): void {
  if (count === 0) return;
  const [left, right] = source;
  if (!left || source.length > 2 || (right && right.length !== left.length)) {
    throw new RangeError(`can't resample ${source.length} channels: one, or two of one length`);
  }
  checkReach(kernel, left.length, at, at + (count - 1) * step);
  if ((outOffset + count) * outChannels > out.length) {
    throw new RangeError(`${count} frames from ${outOffset} on don't fit into ${out.length / outChannels}`);
  }
  if (right && outChannels > 1 && kernel.simd?.takes(left.length, count)) {
    kernel.simd.render(left, right, at, step, out, outChannels, outOffset, count);
  } else if (right) renderStereo(kernel, left, right, at, step, out, outChannels, outOffset, count);
  else renderMono(kernel, left, at, step, out, outChannels, outOffset, count);
  if (outChannels > 2) silenceBeyondStereo(out, outChannels, outOffset, count);
}

function checkReach(kernel: Kernel, length: number, first: number, last: number): void {
  const begin = Math.floor(Math.min(first, last)) + 1 - kernel.halfWidth;
  const end = Math.floor(Math.max(first, last)) + kernel.halfWidth;
  if (!(begin >= 0 && end < length)) {
    throw new RangeError(
      `positions ${first} to ${last} need source frames ${begin} to ${end}, there are 0 to ${length - 1}`,
    );
  }
}

// The loops below are what a speaker spends most of its time in. They take four taps a turn into two sums each,
// because additions to one sum wait for each other, and force integers (| 0) where the engine would else
// calculate indexes as floats.

function renderStereo(
  { taps, slopes, halfWidth }: Kernel,
  left: Float32Array,
  right: Float32Array,
  at: number,
  step: number,
  out: Float32Array,
  outChannels: number,
  outOffset: number,
  count: number,
): void {
  const width = (2 * halfWidth) | 0;
  for (let i = 0; i < count; i++) {
    const position = at + i * step;
    const frame = position | 0;
    const phase = (position - frame) * PHASES;
    const row = phase | 0;
    const fraction = phase - row;
    let leftA = 0;
    let leftB = 0;
    let rightA = 0;
    let rightB = 0;
    let s = (frame + 1 - halfWidth) | 0;
    let t = (row * width) | 0;
    const end = (t + width) | 0;
    for (; t < end; t = (t + 4) | 0, s = (s + 4) | 0) {
      const tap0 = taps[t]! + fraction * slopes[t]!;
      const tap1 = taps[t + 1]! + fraction * slopes[t + 1]!;
      const tap2 = taps[t + 2]! + fraction * slopes[t + 2]!;
      const tap3 = taps[t + 3]! + fraction * slopes[t + 3]!;
      leftA += tap0 * left[s]! + tap2 * left[s + 2]!;
      rightA += tap0 * right[s]! + tap2 * right[s + 2]!;
      leftB += tap1 * left[s + 1]! + tap3 * left[s + 3]!;
      rightB += tap1 * right[s + 1]! + tap3 * right[s + 3]!;
    }
    const o = (outOffset + i) * outChannels;
    if (outChannels === 1) {
      out[o] = (leftA + leftB + rightA + rightB) / 2;
    } else {
      out[o] = leftA + leftB;
      out[o + 1] = rightA + rightB;
    }
  }
}

function renderMono(
  { taps, slopes, halfWidth }: Kernel,
  source: Float32Array,
  at: number,
  step: number,
  out: Float32Array,
  outChannels: number,
  outOffset: number,
  count: number,
): void {
  const width = (2 * halfWidth) | 0;
  for (let i = 0; i < count; i++) {
    const position = at + i * step;
    const frame = position | 0;
    const phase = (position - frame) * PHASES;
    const row = phase | 0;
    const fraction = phase - row;
    let sumA = 0;
    let sumB = 0;
    let s = (frame + 1 - halfWidth) | 0;
    let t = (row * width) | 0;
    const end = (t + width) | 0;
    for (; t < end; t = (t + 4) | 0, s = (s + 4) | 0) {
      sumA += (taps[t]! + fraction * slopes[t]!) * source[s]!;
      sumB += (taps[t + 1]! + fraction * slopes[t + 1]!) * source[s + 1]!;
      sumA += (taps[t + 2]! + fraction * slopes[t + 2]!) * source[s + 2]!;
      sumB += (taps[t + 3]! + fraction * slopes[t + 3]!) * source[s + 3]!;
    }
    const o = (outOffset + i) * outChannels;
    out[o] = sumA + sumB;
    if (outChannels > 1) out[o + 1] = sumA + sumB;
  }
}

function silenceBeyondStereo(out: Float32Array, outChannels: number, outOffset: number, count: number): void {
  for (let i = outOffset; i < outOffset + count; i++) {
    out.fill(0, i * outChannels + 2, (i + 1) * outChannels);
  }
}
