import test from 'ava';
import { type LocalUs, localUs, type Ppm, ppm } from '../../units.ts';
import { DacModel } from './dac-model.ts';

const rate = 48_000;

interface Crystal {
  readonly ppm: number;
  readonly stepUs?: number;
  readonly remembered?: Ppm;
  /** When the device is started anew. */
  readonly restartS?: number;
  /** When the local clock is set ahead, and by how much. */
  readonly clockStepS?: number;
  readonly clockStepUs?: number;
  /** Every so many reports one is stamped 90 µs too early. */
  readonly earlyEvery?: number;
}

/** Errors (µs, positive: the model is ahead) while a model watches a DAC for a minute, from `fromS` on. */
function watch(
  {
    ppm: dacPpm,
    stepUs = 0,
    remembered,
    restartS = 1e9,
    clockStepS = 1e9,
    clockStepUs = 0,
    earlyEvery = 1e9,
  }: Crystal,
  fromS: number,
): { errors: number[]; ratesPpm: number[]; model: DacModel } {
  const model = new DacModel(rate, remembered);
  const errors: number[] = [];
  const ratesPpm: number[] = [];
  const startUs = 7e9;
  // As the playout thread's timer goes: uneven, and a bit late each time.
  const report = (atUs: number, i: number): LocalUs => {
    const stepFrames = Math.max(1, (stepUs / 1e6) * rate);
    const lateUs = i > 500 && i % earlyEvery === 0 ? -90 : (i * 104729) % 13;
    const steppedUs = atUs - startUs > clockStepS * 1e6 ? clockStepUs : 0;
    const reported = Math.floor(playedAt(atUs) / stepFrames) * stepFrames;
    const atLocalUs = localUs(atUs + steppedUs + lateUs);
    model.observe({ state: 'running', atLocalUs, writtenFrames: reported + 4800, delayFrames: 4800 });
    return atLocalUs;
  };
  const playedAt = (atUs: number): number => ((atUs - startUs) / 1e6) * rate * (1 + dacPpm * 1e-6);
  for (let i = 1, atUs = startUs; atUs < startUs + 60e6; i++) {
    const tickUs = 5000 + (i % 5) * 1000 + ((i * 7919) % 701);
    atUs += model.wantsMore ? Math.max(1000, tickUs * 0.15) : tickUs;
    if (atUs - startUs > restartS * 1e6) {
      model.restart();
      restartS = 1e9;
    }
    let atLocalUs = report(atUs, i);
    // A question takes some µs.
    while (model.stepIsDue(atLocalUs)) {
      atUs += 10 + (i % 7);
      atLocalUs = report(atUs, i);
    }
    const steppedUs = atUs - startUs > clockStepS * 1e6 ? clockStepUs : 0;
    const played = playedAt(atUs);
    if (atUs - startUs <= fromS * 1e6) continue;
    errors.push(((model.frameAt(localUs(atUs + steppedUs)) - played) / rate) * 1e6);
    ratesPpm.push(model.ratePpm);
  }
  return { errors, ratesPpm, model };
}

const worst = (errors: number[]): number => Math.max(...errors.map(Math.abs));

for (const dacPpm of [-60, 0, 60]) {
  test(`a DAC ${dacPpm} ppm off is known to 15 µs after a second`, (t) => {
    const { errors, model } = watch({ ppm: dacPpm }, 1);
    t.true(worst(errors) < 15, `${worst(errors)} µs`);
    t.true(Math.abs(model.ratePpm - dacPpm) < 0.5, `rate ${model.ratePpm} ppm`);
  });
}

test('reports in steps of 1 ms are carried over', (t) => {
  const { errors } = watch({ ppm: 21, stepUs: 1000 }, 5);
  t.true(worst(errors) < 15, `${worst(errors)} µs`);
});

test('reports in steps of 10 ms are carried over', (t) => {
  const { errors } = watch({ ppm: 21, stepUs: 10_000 }, 5);
  t.true(worst(errors) < 20, `${worst(errors)} µs`);
});

test('a remembered rate helps at once', (t) => {
  const { errors } = watch({ ppm: 55, remembered: ppm(54) }, 0.1);
  t.true(worst(errors) < 25, `${worst(errors)} µs`);
});

test('a restart soon after the start does not hold on to a rate that was not known yet', (t) => {
  const { ratesPpm } = watch({ ppm: 57, restartS: 0.04 }, 1.5);
  const off = worst(ratesPpm.map((known) => known - 57));
  t.true(off < 6, `${off} ppm off`);
});

test('heardAtLocalUs and frameAt are each other’s inverse', (t) => {
  const { model } = watch({ ppm: -33 }, 1);
  const at = localUs(7_030_000_123.5);
  t.true(Math.abs(model.heardAtLocalUs(model.frameAt(at)) - at) < 0.01);
});

for (const clockStepUs of [400, 20_000, 3_000_000]) {
  test(`a local clock that is set ahead by ${clockStepUs} µs is followed within a second`, (t) => {
    const { errors, model } = watch({ ppm: 21, clockStepS: 30, clockStepUs }, 31);
    t.true(worst(errors) < 30, `${worst(errors)} µs`);
    t.true(Math.abs(model.ratePpm - 21) < 1, `rate ${model.ratePpm} ppm`);
  });
}

test('a report stamped too early now and then changes nothing', (t) => {
  const { errors } = watch({ ppm: 21, earlyEvery: 400 }, 2);
  t.true(worst(errors) < 15, `${worst(errors)} µs`);
});
