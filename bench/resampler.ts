import Table from 'cli-table3';
import { type Kernel, makeKernel } from '../daemon/speaker/playout/kernel.ts';
import { machine } from './machine.ts';
import { resampleSlewed, sineWave, slewedSinadDb } from './measure/resampling.ts';

// Purity and speed of the resampler at a moving ratio: npm run bench:resampler

/** [source rate, sink rate], Hz */
const RATES = [
  [44_100, 48_000],
  [48_000, 48_000],
  [44_100, 44_100],
  [48_000, 44_100],
  [44_100, 96_000],
  [22_050, 48_000],
] as const;
const PURITY_S = 4;
const SPEED_S = 10;
const SPEED_RUNS = 5;

interface Result {
  readonly sourceRate: number;
  readonly sinkRate: number;
  readonly taps: number;
  readonly tableKb: number;
  readonly sinad1kDb: number;
  /** What stands for 15 kHz where the source can't carry it: two thirds of its Nyquist frequency. */
  readonly highHz: number;
  readonly sinadHighDb: number;
  /** Seconds of stereo per second of one core. */
  readonly timesRealTime: number;
}

function measure(sourceRate: number, sinkRate: number): Result {
  const kernel = makeKernel(sourceRate, sinkRate);
  const highHz = sourceRate > 40_000 ? 15_000 : Math.round(sourceRate / 3);
  return {
    sourceRate,
    sinkRate,
    taps: 2 * kernel.halfWidth,
    tableKb: Math.round((kernel.taps.byteLength + kernel.slopes.byteLength) / 1024),
    sinad1kDb: round(slewedSinadDb(kernel, 1000, PURITY_S)),
    highHz,
    sinadHighDb: round(slewedSinadDb(kernel, highHz, PURITY_S)),
    timesRealTime: Math.round(timesRealTime(kernel)),
  };
}

/** By the CPU time of this process, the best of a few runs: other work on the machine counts as little as may be. */
function timesRealTime(kernel: Kernel): number {
  const wave = sineWave(1000, kernel.sourceRate, SPEED_S + 0.1);
  const source = [wave, wave.slice()];
  let best = 0;
  for (let run = 0; run < SPEED_RUNS; run++) {
    const before = process.cpuUsage();
    resampleSlewed(kernel, source, SPEED_S);
    const used = process.cpuUsage(before);
    best = Math.max(best, SPEED_S / ((used.user + used.system) * 1e-6));
  }
  return best;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const results = RATES.map(([sourceRate, sinkRate]) => measure(sourceRate, sinkRate));
const table = new Table({
  head: ['Hz', 'taps', 'table KB', 'SINAD 1 kHz', 'SINAD high', 'stereo'],
  style: { head: [], border: [] },
});
for (const r of results) {
  const high = `${r.sinadHighDb} dB at ${r.highHz} Hz`;
  const rates = `${r.sourceRate} → ${r.sinkRate}`;
  table.push([rates, r.taps, r.tableKb, `${r.sinad1kDb} dB`, high, `${r.timesRealTime} × real time`]);
}
console.log(table.toString());
console.log(JSON.stringify({ machine: machine(), results }));
