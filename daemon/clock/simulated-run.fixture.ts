import { localUs } from '../units.ts';
import { toRoom } from './clock-map.ts';
import type { ClockSync, ClockUpdate } from './clock-sync.ts';
import type { ClockSample } from './sample.ts';
import type { SimulatedClocks } from './simulated-link.fixture.ts';

const REPLY_TIMEOUT_US = 500e3;
const BETWEEN_SAMPLES_US = 50;

/** What one burst did, against the truth. */
export interface SimulatedUpdate extends ClockUpdate {
  readonly atUs: number;
  /** Mapped room time − true room time just before the burst, when the old map was oldest; µs. */
  readonly errorBeforeUs: number;
  /** The same after it. */
  readonly errorUs: number;
  readonly driftErrorPpm: number;
}

/** A SimulatedLink, or what stands for a peer that is away. */
export interface Exchange {
  exchange(t1Us: number, clocks: SimulatedClocks): ClockSample | undefined;
}

/** Runs ClockSync as the client would, from fromUs to untilUs of simulated time. */
export function runSync(
  sync: ClockSync,
  link: Exchange,
  clocks: SimulatedClocks,
  fromUs: number,
  untilUs: number,
): SimulatedUpdate[] {
  const updates: SimulatedUpdate[] = [];
  let nowUs = fromUs;
  let map: ClockUpdate['map'];
  while (nowUs < untilUs) {
    const samples: ClockSample[] = [];
    for (let sent = 0; sent < sync.plan.samples; sent++) {
      const sample = link.exchange(nowUs, clocks);
      if (!sample || sample.t4Us - sample.t1Us > REPLY_TIMEOUT_US) {
        nowUs += REPLY_TIMEOUT_US;
        break;
      }
      nowUs = sample.t4Us + BETWEEN_SAMPLES_US;
      samples.push(sample);
    }
    const now = localUs(nowUs);
    const trueRoomUs = nowUs + clocks.offsetUs(nowUs);
    const before = map;
    const update = sync.addBurst(samples, now);
    map = update.map;
    updates.push({
      ...update,
      atUs: nowUs,
      errorBeforeUs: before ? toRoom(before, now) - trueRoomUs : Number.NaN,
      errorUs: map ? toRoom(map, now) - trueRoomUs : Number.NaN,
      driftErrorPpm: map ? map.driftPpm - clocks.driftPpm(nowUs) : Number.NaN,
    });
    nowUs = Math.max(nowUs + BETWEEN_SAMPLES_US, sync.plan.atLocalUs);
  }
  return updates;
}

/** The share-th part of the magnitudes is no larger. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.map(Math.abs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
