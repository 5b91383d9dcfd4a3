import { exponential, type Random } from '../random.ts';

/** One way between two hosts. */
export interface PathModel {
  readonly fixedUs: number;
  /** Mean of what is added, exponentially distributed. */
  readonly queueUs: number;
  /** Mean time from one stall to the next, µs; a stall holds everything for 8 to 60 ms. 0: none. */
  readonly stallEveryUs: number;
  /** Share of the packets that are lost. */
  readonly lossRatio: number;
}

/** A quiet switch and two programs, which stamp late by tens of µs. */
export const WIRED: PathModel = { fixedUs: 150, queueUs: 45, stallEveryUs: 0, lossRatio: 0 };
/** A home's Wi-Fi with other traffic on it. */
export const WIFI: PathModel = { fixedUs: 850, queueUs: 900, stallEveryUs: 2e6, lossRatio: 0.003 };
/** Two programs of one host. */
export const LOOPBACK: PathModel = { fixedUs: 60, queueUs: 30, stallEveryUs: 0, lossRatio: 0 };

/** What becomes of packets on one way between two hosts. Packets may overtake each other. */
export class Path {
  model: PathModel;
  /** Nothing gets through. */
  isCut = false;
  readonly #random: Random;
  #stallUs = 0;
  #stallEndUs = 0;

  constructor(model: PathModel, random: Random) {
    this.model = model;
    this.#random = random;
  }

  /** When a packet sent now arrives; undefined when it is lost. @param nowUs doesn't go back */
  arrivalUs(nowUs: number): number | undefined {
    const { fixedUs, queueUs, lossRatio } = this.model;
    if (this.isCut || (lossRatio > 0 && this.#random() < lossRatio)) return undefined;
    const leavesUs = Math.max(nowUs, this.#stalledUntil(nowUs));
    return leavesUs + fixedUs + exponential(this.#random, queueUs);
  }

  #stalledUntil(nowUs: number): number {
    const { stallEveryUs } = this.model;
    if (stallEveryUs === 0) return nowUs;
    if (this.#stallUs === 0) this.#stallUs = nowUs + exponential(this.#random, stallEveryUs);
    while (nowUs >= this.#stallUs) {
      this.#stallEndUs = this.#stallUs + 8e3 + this.#random() * 52e3;
      this.#stallUs = this.#stallEndUs + exponential(this.#random, stallEveryUs);
    }
    return this.#stallEndUs;
  }
}
