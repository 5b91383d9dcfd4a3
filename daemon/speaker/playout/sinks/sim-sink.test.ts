import test from 'ava';
import { type LocalUs, localUs } from '../../../units.ts';
import { type Recorder, SimSink } from './sim-sink.ts';

/** A simulated DAC with a clock to be set by hand, and what it recorded. */
function rig(ppm = 0) {
  const time = { us: 1_000_000 };
  const heard: number[] = [];
  const segments: { frame: number; atLocalUs: LocalUs }[] = [];
  const recorder: Recorder = {
    open: () => {},
    startSegment: (atLocalUs) => segments.push({ frame: heard.length / 2, atLocalUs }),
    append: (samples) => heard.push(...samples),
    close: () => {},
  };
  const sink = new SimSink({ name: 'test', ppm, reportStepUs: 0, recorder }, () => localUs(time.us));
  return { sink, time, heard, segments };
}

/** Left counts up by one step of 16 bits a frame, right is its negative. */
function ramp(firstFrame: number, frames: number): Float32Array {
  const samples = new Float32Array(frames * 2);
  for (let i = 0; i < frames; i++) {
    samples[2 * i] = (firstFrame + i) / 32768;
    samples[2 * i + 1] = -(firstFrame + i) / 32768;
  }
  return samples;
}

test('what is heard is what was written, in order, however the ring turns', (t) => {
  const { sink, time, heard } = rig(37);
  sink.open();
  sink.start(ramp(0, 2880));
  let written = 2880;
  for (let tick = 0; tick < 70; tick++) {
    time.us += 8_000;
    const frames = Math.min(sink.writableFrames(), 700, 32_000 - written);
    t.true(sink.write(ramp(written, frames)));
    written += frames;
  }
  sink.close();
  t.true(heard.length > 2 * 26_000, `${heard.length / 2} frames heard`);
  heard.forEach((sample, i) => {
    const frame = Math.floor(i / 2);
    if (sample !== (i % 2 === 0 ? frame : -frame) * 65_536) t.fail(`sample ${i} is ${sample}`);
  });
});

test('status counts what was written and what of it is still to be heard', (t) => {
  const { sink, time } = rig();
  t.is(sink.open().bufferFrames, 12_000);
  sink.start(ramp(0, 4_800));
  time.us += 50_001;
  t.deepEqual(sink.status(), {
    state: 'running',
    atLocalUs: localUs(1_050_001),
    writtenFrames: 4_800,
    delayFrames: 2_400,
  });
  t.is(sink.writableFrames(), 12_000 - 2_400);
});

test('run dry, it takes nothing until it is started again, and then counts from 0', (t) => {
  const { sink, time, heard, segments } = rig();
  sink.open();
  sink.start(ramp(0, 480));
  time.us += 20_000;
  t.is(sink.status().state, 'xrun');
  t.is(sink.writableFrames(), 12_000);
  t.false(sink.write(ramp(480, 480)));
  sink.start(ramp(0, 960));
  time.us += 10_001;
  t.is(sink.status().state, 'running');
  t.is(sink.status().writtenFrames, 960);
  t.is(heard.length / 2, 480 + 480);
  t.deepEqual(segments, [
    { frame: 0, atLocalUs: localUs(1_000_000) },
    { frame: 480, atLocalUs: localUs(1_020_000) },
  ]);
});

test('what was written and not heard when it is closed is not recorded', (t) => {
  const { sink, time, heard } = rig();
  sink.open();
  sink.start(ramp(0, 4_800));
  time.us += 50_001;
  sink.close();
  t.is(heard.length / 2, 2_400);
});

test('samples beyond full scale are clipped', (t) => {
  const { sink, time, heard } = rig();
  sink.open();
  sink.start(Float32Array.of(1, -1, 2, -2));
  time.us += 1_000;
  sink.close();
  t.deepEqual(heard, [2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, -(2 ** 31)]);
});

test('a closed sink says so, and can be opened again', (t) => {
  const { sink } = rig();
  t.throws(() => sink.status(), { message: /not open/ });
  sink.open();
  sink.close();
  sink.close();
  t.is(sink.open().rate, 48_000);
});
