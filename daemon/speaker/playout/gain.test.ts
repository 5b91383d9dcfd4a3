import test from 'ava';
import fc from 'fast-check';
import { amplitudeOf, fadeIn, fadeOut, GainRamp } from './gain.ts';

const rate = 48_000;
const rampFrames = 960;

function rampFrom(gain: number): GainRamp {
  const ramp = new GainRamp();
  ramp.moveTo(gain);
  ramp.setRate(rate);
  return ramp;
}

function gains(ramp: GainRamp, count: number): Float32Array {
  const out = new Float32Array(count).fill(1);
  ramp.apply(out, 1, 0, count);
  return out;
}

test('volume 0 is silence, 100 full level, and a step is 0.6 dB everywhere between', (t) => {
  t.is(amplitudeOf(0), 0);
  t.is(amplitudeOf(100), 1);
  for (let volume = 2; volume <= 100; volume++) {
    const stepDb = 20 * Math.log10(amplitudeOf(volume) / amplitudeOf(volume - 1));
    t.true(Math.abs(stepDb - 0.6) < 1e-9, `${stepDb} dB from ${volume - 1} to ${volume}`);
  }
});

test('a volume beyond its range is the nearest inside it', (t) => {
  t.is(amplitudeOf(-3), 0);
  t.is(amplitudeOf(150), 1);
});

test('a ramp takes 20 ms, goes one way only, and has no click', (t) => {
  for (const [from, to] of [
    [1, 0],
    [0, 1],
    [0.2, 0.7],
  ] as const) {
    const ramp = rampFrom(from);
    ramp.moveTo(to);
    const heard = gains(ramp, rampFrames + 10);
    t.is(heard[0], Math.fround(from));
    t.not(heard[rampFrames - 1], Math.fround(to));
    t.is(heard[rampFrames], Math.fround(to));
    for (let i = 1; i < heard.length; i++) {
      const change = (heard[i]! - heard[i - 1]!) / (to - from);
      t.true(change >= 0 && change < 1.6 / rampFrames, `frame ${i} changes by ${change} of the way`);
    }
  }
});

test('a new target in the middle of a ramp goes on from the gain that was reached', (t) => {
  const ramp = rampFrom(0);
  ramp.moveTo(1);
  const before = gains(ramp, 300);
  ramp.moveTo(0.1);
  const after = gains(ramp, rampFrames + 1);
  t.true(Math.abs(after[0]! - before[299]!) < 1.6 / rampFrames, `${before[299]} then ${after[0]}`);
  t.is(after[rampFrames], Math.fround(0.1));
});

test('the same target again does not start the ramp over', (t) => {
  const ramp = rampFrom(0);
  ramp.moveTo(1);
  const first = gains(ramp, 500);
  ramp.moveTo(1);
  t.is(gains(ramp, 461)[460], 1);
  t.true(first[499]! > 0.4);
});

test('before the rate is known the gain moves at once; it begins at 0', (t) => {
  const ramp = new GainRamp();
  t.is(gains(ramp, 1)[0], 0);
  ramp.moveTo(0.5);
  t.is(gains(ramp, 1)[0], 0.5);
});

test('blocks of any sizes give what one block gives, on all channels alike', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 8 }), (sizes) => {
      const count = sizes.reduce((a, b) => a + b, 0);
      const whole = rampFrom(0.9);
      const parts = rampFrom(0.9);
      whole.moveTo(0.1);
      parts.moveTo(0.1);
      const expected = gains(whole, count);
      const out = new Float32Array(2 * count).fill(1);
      let done = 0;
      for (const size of sizes) {
        parts.apply(out, 2, done, size);
        done += size;
      }
      return expected.every((gain, i) => out[2 * i] === gain && out[2 * i + 1] === gain);
    }),
  );
  t.pass();
});

test('fades go from one end to the other without a click, and make 1 together', (t) => {
  const up = new Float32Array(300).fill(1);
  const down = up.slice();
  fadeIn(up, 1, 0, 300, -20, 240);
  fadeOut(down, 1, 0, 300, -20, 240);
  for (let i = 0; i < 300; i++) {
    t.true(Math.abs(up[i]! + down[i]! - 1) < 1e-6);
    t.true(i === 0 || (up[i]! >= up[i - 1]! && up[i]! - up[i - 1]! < 1.6 / 240), `frame ${i}`);
  }
  t.deepEqual([up[0], up[20], up[260], up[299]], [0, 0, 1, 1]);
});

test('a fade in blocks is the fade as a whole, and leaves other frames alone', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.double({ min: -50, max: 150, noNaN: true }),
      (cut, at) => {
        for (const fade of [fadeIn, fadeOut]) {
          const whole = new Float32Array(204).fill(1);
          const parts = whole.slice();
          fade(whole, 2, 1, 100, at, 90);
          fade(parts, 2, 1, cut, at, 90);
          fade(parts, 2, 1 + cut, 100 - cut, at + cut, 90);
          if (!whole.every((sample, i) => Math.abs(sample - parts[i]!) < 1e-7)) return false;
          if (whole[0] !== 1 || whole[1] !== 1 || whole[202] !== 1 || whole[203] !== 1) return false;
        }
        return true;
      },
    ),
  );
  t.pass();
});
