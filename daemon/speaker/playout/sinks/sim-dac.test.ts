import test from 'ava';
import fc from 'fast-check';
import { type LocalUs, localUs } from '../../../units.ts';
import { SimDac } from './sim-dac.ts';

const startUs = 7_000_000;
const after = (us: number): LocalUs => localUs(startUs + us);
const options = { rate: 48_000, ppm: 0, bufferFrames: 12_000, reportStepUs: 0 };

function started(changes: Partial<typeof options>, prefillFrames: number): SimDac {
  const dac = new SimDac({ ...options, ...changes });
  dac.start(after(0), prefillFrames);
  return dac;
}

test('consumes at its crystal’s rate: 50 ppm more is 2.4 frames a second more', (t) => {
  const fast = started({ ppm: 50, bufferFrames: 10_000_000 }, 10_000_000);
  const slow = started({ ppm: -50, bufferFrames: 10_000_000 }, 10_000_000);
  t.is(fast.consumedFrames(after(100_000_001)), 4_800_240);
  t.is(slow.consumedFrames(after(100_000_001)), 4_799_760);
});

test('runs dry when the last frame has been heard, and stays stopped until it is started', (t) => {
  const dac = started({}, 480);
  t.true(dac.isRunning(after(9_990)));
  t.false(dac.isRunning(after(10_001)));
  dac.write(480);
  t.false(dac.isRunning(after(10_002)));
  dac.start(after(30_000), 480);
  t.true(dac.isRunning(after(30_001)));
  t.is(dac.consumedFrames(after(30_030)), 1);
});

test('reports its delay in the steps asked for', (t) => {
  const dac = started({ reportStepUs: 1000 }, 4_800);
  t.is(dac.delayFrames(after(999)), 4_800);
  t.is(dac.delayFrames(after(1_001)), 4_752);
  t.is(dac.delayFrames(after(1_999)), 4_752);
});

test('at any time what it holds and what is free are the buffer, and the reported delay is late by a step at most', (t) => {
  const scenario = fc.record({
    ppm: fc.integer({ min: -1000, max: 1000 }),
    reportStepUs: fc.constantFrom(0, 1000, 10_000),
    prefill: fc.integer({ min: 0, max: 12_000 }),
    atUs: fc.integer({ min: 0, max: 400_000 }),
  });
  fc.assert(
    fc.property(scenario, ({ ppm, reportStepUs, prefill, atUs }) => {
      const dac = started({ ppm, reportStepUs }, prefill);
      const at = after(atUs);
      const heldFrames = dac.writtenFrames() - dac.consumedFrames(at);
      t.is(heldFrames + dac.freeFrames(at), 12_000);
      t.true(heldFrames >= 0 && heldFrames <= 12_000);
      const lateFrames = dac.delayFrames(at) - heldFrames;
      t.true(
        lateFrames >= 0 && lateFrames <= Math.max(1, (reportStepUs * 48) / 1000),
        `late by ${lateFrames}`,
      );
    }),
  );
});
