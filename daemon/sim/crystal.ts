import { gaussian, type Random } from '../random.ts';

/** What a crystal is like. */
export interface CrystalModel {
  /** Its rate against true time; positive: it is fast. */
  readonly ppm: number;
  /** How far it strays from that with temperature, one sigma, ppm … */
  readonly wanderPpm: number;
  /** … and how long a deviation lasts. */
  readonly wanderSeconds: number;
}

const STEP_US = 10e6;

/** Counts µs at a rate that is nearly that of true time and wanders. It is read at times that don't go back. */
export class Crystal {
  readonly #model: CrystalModel;
  readonly #random: Random;
  readonly #keep: number;
  #wanderPpm: number;
  #refUs: number;
  #value: number;
  #stopped = false;

  /** @param value what it shows at true time 0 */
  constructor(model: CrystalModel, value: number, random: Random) {
    this.#model = model;
    this.#random = random;
    this.#keep = Math.exp(-STEP_US / 1e6 / model.wanderSeconds);
    this.#wanderPpm = model.wanderPpm * gaussian(random);
    this.#refUs = 0;
    this.#value = value;
  }

  /** What it shows at a true time. */
  read(trueUs: number): number {
    while (trueUs > this.#refUs + STEP_US) {
      this.#moveTo(this.#refUs + STEP_US);
      const { wanderPpm } = this.#model;
      const fresh = Math.sqrt(1 - this.#keep ** 2) * wanderPpm * gaussian(this.#random);
      this.#wanderPpm = this.#keep * this.#wanderPpm + fresh;
    }
    return this.#value + this.#shownIn(trueUs - this.#refUs);
  }

  /** Sets it ahead. */
  step(trueUs: number, byUs: number): void {
    this.#value = this.read(trueUs) + byUs;
    this.#refUs = trueUs;
  }

  /** It stands still until start(). */
  stop(trueUs: number): void {
    this.step(trueUs, 0);
    this.#stopped = true;
  }

  start(trueUs: number): void {
    this.step(trueUs, 0);
    this.#stopped = false;
  }

  #moveTo(trueUs: number): void {
    this.#value += this.#shownIn(trueUs - this.#refUs);
    this.#refUs = trueUs;
  }

  #shownIn(us: number): number {
    return this.#stopped ? 0 : us * (1 + (this.#model.ppm + this.#wanderPpm) * 1e-6);
  }
}
