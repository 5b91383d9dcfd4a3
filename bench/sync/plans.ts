import { plainDac } from '../rig/dac.ts';
import type { HostPlan } from '../rig/rig.ts';
import type { Options } from './options.ts';

/**
 * The hosts of a run. Crystals are spread evenly over ±dacPpm, in an order that the seed decides; so are
 * clocks over ±clockPpm, in another.
 */
export function planHosts(options: Options): HostPlan[] {
  const random = randomOf(options.seed);
  const dacs = shuffled(evenly(options.speakers, options.dacPpm), random);
  const clocks = shuffled(evenly(options.speakers, options.clockPpm), random);
  return dacs.map((ppm, index) => ({
    name: `speaker${index + 1}`,
    clockOffsetS: Math.floor(random() * 100_000),
    clockPpm: clocks[index] ?? 0,
    dac: {
      ...plainDac,
      ppm,
      wanderPpm: options.dacWanderPpm,
      reportUs: options.dacReportUs,
      fifoFrames: options.dacFifoFrames,
      hiccupS: options.dacHiccupS,
      hiccupMs: 5,
      formats: [options.dacFormat],
      rates: options.dacRate,
    },
  }));
}

function evenly(count: number, limit: number): number[] {
  if (count === 1) return [limit];
  return Array.from({ length: count }, (_, i) => Number((limit * ((2 * i) / (count - 1) - 1)).toFixed(3)));
}

/** Fisher and Yates. */
function shuffled(values: readonly number[], random: () => number): number[] {
  const mixed = [...values];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [mixed[i] as number, mixed[j] as number];
    mixed[i] = b;
    mixed[j] = a;
  }
  return mixed;
}

/** 0 to 1, the same for the same seed: Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
