import test from 'ava';
import { ReportSteps } from './report-steps.ts';

const rate = 44_100;

/** Asks every 5 to 9 ms for a second, the last time just before its end; the device moves in steps, of whole frames. */
function watched(stepUs: number): ReportSteps {
  const steps = new ReportSteps();
  const ask = (atUs: number): void => {
    const stepFrames = Math.max(1, (stepUs / 1e6) * rate);
    const frame = Math.floor(Math.floor(((atUs / 1e6) * rate) / stepFrames) * stepFrames);
    steps.observe(atUs, (frame / rate) * 1e6);
  };
  for (let i = 0, atUs = 0; atUs < 985_000; atUs += 5000 + ((i++ * 1237) % 4000)) ask(atUs);
  ask(999_900);
  return steps;
}

test('a device that tells each frame has no next step', (t) => {
  const steps = watched(0);
  t.false(steps.coarse);
  t.is(steps.nextUs, undefined);
});

test('steps of 1 ms are noticed though it has always moved between two questions', (t) => {
  const steps = watched(1000);
  t.false(steps.coarse, 'not so coarse as to be asked more often');
  const { nextUs = 0 } = steps;
  t.true(Math.abs(nextUs - 1_000_000) < 25, `next at ${nextUs} µs`);
});

test('steps of 10 ms are coarse, and the next one follows the last', (t) => {
  const steps = watched(10_000);
  t.true(steps.coarse);
  const { nextUs = 0 } = steps;
  t.true(Math.abs(nextUs - 1_000_000) < 25, `next at ${nextUs} µs`);
});
