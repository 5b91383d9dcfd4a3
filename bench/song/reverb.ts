const COMB_FRAMES = [1557, 1617, 1491, 1422, 1277];
const ALLPASS_FRAMES = [225, 556];

/** The sound of a small room for one channel: combs in parallel, all-passes in series (Schroeder, 1962). */
export function reverb(dry: Float32Array, spreadFrames: number): Float32Array {
  const wet = new Float32Array(dry.length);
  for (const frames of COMB_FRAMES) addComb(dry, wet, frames + spreadFrames);
  for (const frames of ALLPASS_FRAMES) allPass(wet, frames + spreadFrames);
  return wet;
}

function addComb(dry: Float32Array, wet: Float32Array, frames: number): void {
  const line = new Float32Array(frames);
  let damped = 0;
  for (let i = 0, at = 0; i < dry.length; i++, at = (at + 1) % frames) {
    const out = line[at] ?? 0;
    damped = 0.7 * out + 0.3 * damped;
    line[at] = (dry[i] ?? 0) + 0.8 * damped;
    wet[i] = (wet[i] ?? 0) + out / COMB_FRAMES.length;
  }
}

function allPass(signal: Float32Array, frames: number): void {
  const line = new Float32Array(frames);
  for (let i = 0, at = 0; i < signal.length; i++, at = (at + 1) % frames) {
    const held = line[at] ?? 0;
    const input = signal[i] ?? 0;
    line[at] = input + 0.5 * held;
    signal[i] = held - 0.5 * input;
  }
}
