/** What is always to hold; docs/simulation.md says more of each. */
export type Invariant =
  | 'spread'
  | 'error'
  | 'place'
  | 'bound'
  | 'clock map'
  | 'slew'
  | 'old epoch'
  | 'holdover'
  | 'agreement'
  | 'durability'
  | 'once'
  | 'wire'
  | 'caps'
  | 'glitch';

/** Something that should not have happened. */
export interface Violation {
  readonly invariant: Invariant;
  readonly atUs: number;
  readonly text: string;
}

const KEPT = 1000;

/** What has been violated, in order of time. */
export class Violations {
  readonly list: Violation[] = [];
  readonly #now: () => number;

  /** @param now true time, µs */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(invariant: Invariant, text: string): void {
    if (this.list.length < KEPT) this.list.push({ invariant, atUs: this.#now(), text });
  }
}
