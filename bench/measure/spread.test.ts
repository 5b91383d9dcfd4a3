import test from 'ava';
import type { Reference } from './reference.ts';
import { measureRoom, type RoomReport } from './spread.ts';
import { device, music } from './synthetic.ts';

const reference: Reference = { rate: 44_100, samples: music(44_100, 8) };

function speaker(name: string, dac: { rate: number; ppm: number }, heard: (us: number) => number) {
  return { name, recording: device({ ...dac, seconds: 5 }, heard, reference) };
}

function stepsOf(report: RoomReport, name: string): { at: number; us: number }[] {
  const found = report.speakers.find((one) => one.name === name)?.disturbances ?? [];
  return found.flatMap(({ kind, atTrueUs, us }) => (kind === 'step' ? [{ at: atTrueUs, us }] : []));
}

test('speakers 37 µs apart on DACs and rates of their own have a spread of 37 µs', (t) => {
  const room = measureRoom(
    [
      speaker('kitchen', { rate: 48_000, ppm: 60 }, (us) => us * 1e-6 - 0.5),
      speaker('hall', { rate: 44_100, ppm: -60 }, (us) => (us - 37) * 1e-6 - 0.5),
      speaker('bath', { rate: 48_000, ppm: 3 }, (us) => (us - 12) * 1e-6 - 0.5),
    ],
    [reference],
  );
  t.true(Math.abs(room.spread.p50 - 37) < 0.2, `p50 is ${room.spread.p50} µs`);
  t.true(Math.abs(room.spread.max - 37) < 0.2, `max is ${room.spread.max} µs`);
  t.true(Math.abs((room.speakers[1]?.errorUs.p50 ?? 0) - 25) < 0.2);
  t.true((room.speakers[1]?.lateUs.find((us) => us !== null) ?? 0) > 0, 'late is positive');
});

test('a spread that grows by 70 µs per second is read as that', (t) => {
  const room = measureRoom(
    [
      speaker('a', { rate: 48_000, ppm: 35 }, (us) => us * 1e-6 * (1 + 35e-6)),
      speaker('b', { rate: 48_000, ppm: -35 }, (us) => us * 1e-6 * (1 - 35e-6)),
    ],
    [reference],
  );
  const at = (trueUs: number): number => room.spreadUs[room.timesUs.findIndex((us) => us >= trueUs)] ?? 0;
  const perSecond = (at(4_000_000) - at(1_000_000)) / 3;
  t.true(Math.abs(perSecond - 70) < 0.2, `read ${perSecond} µs per second`);
});

test('tells when each speaker was first and last heard', (t) => {
  const heard = (us: number): number => (us < 1_000_000 || us > 3_000_000 ? -1 : us * 1e-6);
  const room = measureRoom([speaker('a', { rate: 48_000, ppm: 0 }, heard)], [reference]);
  t.true(Math.abs((room.speakers[0]?.onsetTrueUs ?? 0) - 1_000_000) < 100);
  t.true(Math.abs((room.speakers[0]?.endTrueUs ?? 0) - 3_000_000) < 100);
});

test('a repeated frame is one step, a slew of 300 ppm is none', (t) => {
  const repeated = speaker('a', { rate: 48_000, ppm: 10 }, (us) => us * 1e-6);
  repeated.recording.samples.copyWithin(120_001, 120_000);
  const slewing = speaker('b', { rate: 48_000, ppm: 10 }, (us) => us * 1e-6 * (1 + 300e-6));
  const room = measureRoom([repeated, slewing], [reference]);
  const steps = stepsOf(room, 'a');
  t.is(steps.length, 1);
  t.true(Math.abs((steps[0]?.us ?? 0) - 1e6 / 48_000) < 1, `a step of ${steps[0]?.us} µs`);
  t.true(Math.abs((steps[0]?.at ?? 0) - 2_500_000) < 20_000, `at ${steps[0]?.at} µs`);
  t.deepEqual(stepsOf(room, 'b'), []);
});

test('silence in the middle is a gap, a device that stood still an xrun', (t) => {
  const muted = speaker('a', { rate: 48_000, ppm: 0 }, (us) => us * 1e-6);
  muted.recording.samples.fill(0, 96_000, 105_600);
  const stalled = speaker('b', { rate: 48_000, ppm: 0 }, (us) => us * 1e-6 - (us > 2_300_000 ? 0.3 : 0));
  const segments = [
    { firstFrame: 0, startTrueUs: 0, ppm: 0 },
    { firstFrame: 110_400, startTrueUs: 2_600_000, ppm: 0 },
  ];
  const recording = { ...stalled.recording, segments };
  const room = measureRoom([muted, { name: 'b', recording }], [reference]);
  const [a, b] = room.speakers.map(({ disturbances }) => disturbances.filter(({ kind }) => kind !== 'step'));
  t.is(a?.length, 1);
  t.is(a?.[0]?.kind, 'gap');
  t.true(Math.abs((a?.[0]?.us ?? 0) - 200_000) <= 20_000, `a gap of ${a?.[0]?.us} µs`);
  t.is(b?.length, 1);
  t.is(b?.[0]?.kind, 'xrun');
  t.true(Math.abs((b?.[0]?.us ?? 0) - 300_000) < 1);
});

test('a track that starts over after its quiet end has no gap there', (t) => {
  const loop = { rate: 44_100, samples: music(44_100, 2.53) };
  loop.samples.fill(0, 2.1 * 44_100);
  const twice = device({ rate: 48_000, ppm: 0, seconds: 5 }, (us) => (us * 1e-6) % 2.53, loop);
  const room = measureRoom([{ name: 'a', recording: twice }], [loop]);
  t.deepEqual(room.speakers[0]?.disturbances, []);
});
