import test from 'ava';
import { fitSine, fitWindows, sinadDb, sinadOfWindowsDb } from './sinad.ts';

const rate = 48_000;

function evenTimes(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => i / rate);
}

test('finds frequency, amplitude, phase and offset of a sine', (t) => {
  const times = evenTimes(rate);
  const record = times.map((time) => 0.5 * Math.cos(2 * Math.PI * 997.0123 * time + 1) + 0.01);
  const fit = fitSine(record, times, 997);
  t.true(Math.abs(fit.frequencyHz - 997.0123) < 1e-8, `${fit.frequencyHz} Hz`);
  t.true(Math.abs(fit.amplitude - 0.5) < 1e-10, `amplitude ${fit.amplitude}`);
  t.true(Math.abs(fit.offset - 0.01) < 1e-10, `offset ${fit.offset}`);
  t.true(
    Math.abs(Math.sin(fit.phaseRad - 1)) < 1e-8 && Math.cos(fit.phaseRad - 1) > 0,
    `phase ${fit.phaseRad}`,
  );
  t.true(sinadDb(fit) > 200, `SINAD ${sinadDb(fit)} dB of a sine without noise`);
});

test('reads the SINAD of a known distortion', (t) => {
  const times = evenTimes(rate / 2);
  const record = times.map(
    (time) => Math.sin(2 * Math.PI * 1000 * time) + 1e-4 * Math.sin(2 * Math.PI * 3000 * time),
  );
  t.true(Math.abs(sinadDb(fitSine(record, times, 1000)) - 80) < 0.01);
});

test('times need not be even', (t) => {
  const times = evenTimes(rate).map((time) => time + 1e-5 * Math.sin(3 * time));
  const record = times.map((time) => Math.sin(2 * Math.PI * 15_000 * time));
  const sinad = sinadDb(fitSine(record, times, 15_000));
  t.true(sinad > 200, `SINAD ${sinad} dB`);
});

test('windows forgive a slow change of frequency and nothing else', (t) => {
  const times = evenTimes(2 * rate);
  // The rate changes by 1 ppm a second.
  const warped = times.map((time) => Math.sin(2 * Math.PI * 997 * (time + 0.5e-6 * time * time)));
  const clean = sinadOfWindowsDb(fitWindows(warped, rate, rate / 50, 997));
  t.true(clean > 135, `SINAD ${clean} dB`);
  const click = warped.slice();
  click[rate]! += 0.1;
  const clicked = sinadOfWindowsDb(fitWindows(click, rate, rate / 50, 997));
  const expected = 10 * Math.log10(0.5 / (0.1 ** 2 / times.length));
  t.true(Math.abs(clicked - expected) < 0.1, `SINAD ${clicked} dB, expected ${expected}`);
});

test('a window shorter than the record is left out', (t) => {
  t.is(
    fitWindows(
      new Float32Array(2500).map((_, i) => Math.sin(i)),
      rate,
      1000,
      7639,
    ).length,
    2,
  );
});

test('silence has no sine and no SINAD', (t) => {
  const fit = fitSine(new Float32Array(1000), evenTimes(1000), 997);
  t.is(fit.amplitude, 0);
  t.is(fit.residualRms, 0);
  t.is(sinadDb(fit), Number.NaN);
});
