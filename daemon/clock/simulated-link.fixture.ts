import { exponential, gaussian, type Random } from '../random.ts';
import { localUs, roomUs } from '../units.ts';
import type { ClockSample } from './sample.ts';

/** One way's delay beyond what the programs themselves take. */
export interface LinkModel {
  readonly fixedUs: number;
  /** Mean of what is added, exponentially distributed. */
  readonly queueUs: number;
  /** The same for what waking a program takes; 0 where absent. Two such queues make a quick sample much rarer. */
  readonly wakeUs?: number;
  /** Mean time from one stall to the next; 0: none. */
  readonly stallEveryUs: number;
  /** A stall holds everything for so long: least and most. */
  readonly stallUs?: readonly [number, number];
  /** Of packets lost; TCP sends them again, later and later, and holds what comes after them. */
  readonly lossRatio: number;
}

const RETRANSMIT_US = 220e3;
const USUAL_STALL_US = [8e3, 60e3] as const;

/** A quiet switch and two Node programs: stamps late by tens of µs each way. */
export const WIRED: LinkModel = { fixedUs: 150, queueUs: 45, stallEveryUs: 0, lossRatio: 0 };
/** A home's Wi-Fi with other traffic on it. */
export const WIFI: LinkModel = {
  fixedUs: 850,
  queueUs: 900,
  wakeUs: 300,
  stallEveryUs: 2e6,
  lossRatio: 0.003,
};
/** One that is overloaded or far away. */
export const BAD_WIFI: LinkModel = {
  fixedUs: 1550,
  queueUs: 2500,
  wakeUs: 300,
  stallEveryUs: 2e6,
  stallUs: [20e3, 200e3],
  lossRatio: 0.02,
};

/** The room clock against the local one, which is true time here. */
export interface SimulatedClocks {
  readonly clockId: string;
  /** room − local at a local time, µs. */
  offsetUs(atUs: number): number;
  /** Its slope there, ppm. */
  driftPpm(atUs: number): number;
}

/** Two crystals `driftPpm` apart that wander by `wanderPpm` (one sigma) within `wanderSeconds`. */
export function wanderingClocks(
  random: Random,
  options: { offsetUs: number; driftPpm: number; wanderPpm: number; wanderSeconds: number; seconds: number },
): SimulatedClocks {
  const stepSeconds = 0.1;
  const keep = Math.exp(-stepSeconds / options.wanderSeconds);
  const offsets = [options.offsetUs];
  const drifts: number[] = [];
  let wanderPpm = options.wanderPpm * gaussian(random);
  let offsetUs = options.offsetUs;
  for (let step = 0; step <= options.seconds / stepSeconds + 1; step++) {
    const driftPpm = options.driftPpm + wanderPpm;
    drifts.push(driftPpm);
    offsetUs += driftPpm * stepSeconds;
    offsets.push(offsetUs);
    wanderPpm = keep * wanderPpm + Math.sqrt(1 - keep ** 2) * options.wanderPpm * gaussian(random);
  }
  const driftPpm = (atUs: number) => drifts[Math.floor(atUs / 1e6 / stepSeconds)] ?? options.driftPpm;
  return {
    clockId: 'room',
    driftPpm,
    offsetUs(atUs) {
      const step = Math.floor(atUs / 1e6 / stepSeconds);
      const start = offsets[step] ?? offsetUs;
      return start + (atUs / 1e6 - step * stepSeconds) * driftPpm(atUs);
    },
  };
}

/** Exchanges samples over a TCP connection with queues, stalls and losses; time is what it is handed. */
export class SimulatedLink {
  readonly #random: Random;
  readonly #ways: readonly [Way, Way];

  constructor(random: Random, there: LinkModel, back: LinkModel = there) {
    this.#random = random;
    this.#ways = [new Way(random, there), new Way(random, back)];
  }

  /** The sample of a request sent at `t1Us`. */
  exchange(t1Us: number, clocks: SimulatedClocks): ClockSample {
    const [there, back] = this.#ways;
    const arrivedUs = there.arrivalUs(t1Us);
    const answeredUs = arrivedUs + 30 + exponential(this.#random, 15);
    const t4Us = back.arrivalUs(answeredUs);
    return {
      t1Us: localUs(t1Us),
      t2Us: roomUs(arrivedUs + clocks.offsetUs(arrivedUs)),
      t3Us: roomUs(answeredUs + clocks.offsetUs(answeredUs)),
      t4Us: localUs(t4Us),
      clockId: clocks.clockId,
    };
  }
}

const BUSY_LATE_US = 3000;

/** A link whose asker is kept waiting by a busy processor, before it sends and after the reply is there. */
export class BusyLink {
  readonly #random: Random;
  readonly #link: SimulatedLink;
  readonly #untilUs: number;

  /** @param untilUs busy all the time until then, and for one sample in 50 afterwards */
  constructor(random: Random, link: SimulatedLink, untilUs: number) {
    this.#random = random;
    this.#link = link;
    this.#untilUs = untilUs;
  }

  exchange(t1Us: number, clocks: SimulatedClocks): ClockSample {
    const sample = this.#link.exchange(t1Us + this.#lateUs(t1Us), clocks);
    return { ...sample, t1Us: localUs(t1Us), t4Us: localUs(sample.t4Us + this.#lateUs(t1Us)) };
  }

  #lateUs(atUs: number): number {
    const isBusy = atUs < this.#untilUs || this.#random() < 0.02;
    return isBusy ? exponential(this.#random, BUSY_LATE_US) : 0;
  }
}

class Way {
  readonly #random: Random;
  readonly #model: LinkModel;
  #lastUs = 0;
  #stallUs: number;
  #stallEndUs = 0;

  constructor(random: Random, model: LinkModel) {
    this.#random = random;
    this.#model = model;
    this.#stallUs = this.#nextStallUs(0);
  }

  arrivalUs(sentUs: number): number {
    const { fixedUs, queueUs, wakeUs = 0, lossRatio, stallUs: [least, most] = USUAL_STALL_US } = this.#model;
    let leftUs = sentUs;
    for (let waitUs = RETRANSMIT_US; this.#random() < lossRatio; waitUs *= 2) leftUs += waitUs;
    while (leftUs >= this.#stallUs) {
      this.#stallEndUs = this.#stallUs + least + this.#random() * (most - least);
      this.#stallUs = this.#nextStallUs(this.#stallEndUs);
    }
    const startUs = Math.max(leftUs, this.#stallEndUs);
    this.#lastUs = Math.max(
      this.#lastUs,
      startUs + fixedUs + exponential(this.#random, queueUs) + exponential(this.#random, wakeUs),
    );
    return this.#lastUs;
  }

  #nextStallUs(fromUs: number): number {
    const { stallEveryUs } = this.#model;
    return stallEveryUs > 0 ? fromUs + exponential(this.#random, stallEveryUs) : Number.POSITIVE_INFINITY;
  }
}
