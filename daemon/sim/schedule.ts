interface Entry {
  readonly atUs: number;
  readonly order: number;
  /** Undefined once it was called off. */
  run: (() => void) | undefined;
  /** It starts nothing that a promise goes on with. */
  readonly isPlain: boolean;
}

const AT_ONCE = 16;

/**
 * True time, and what is to happen when: one thing after the other, those of one time in the order in which they
 * were asked for. Promises that something settles have run their course before the next thing happens.
 */
export class Schedule {
  /** A binary heap: no entry is later than those at twice its index and a little more. */
  readonly #heap: Entry[] = [];
  #nowUs = 0;
  #order = 0;
  #done = 0;

  /** True time, µs. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** How many things have happened. */
  get done(): number {
    return this.#done;
  }

  /** How many things are still to happen, with those that were called off and not yet forgotten. */
  get size(): number {
    return this.#heap.length;
  }

  /** Returns what calls it off. @param atUs true time; a time that has passed is now */
  at(atUs: number, run: () => void): () => void {
    return this.#add(atUs, run, false);
  }

  /** The same for something that settles no promise: it costs less. */
  plainAt(atUs: number, run: () => void): () => void {
    return this.#add(atUs, run, true);
  }

  after(us: number, run: () => void): () => void {
    return this.at(this.#nowUs + us, run);
  }

  /** Lets everything up to a time happen. @throws what any of it throws */
  async runUntil(untilUs: number): Promise<void> {
    while (this.#isDue(untilUs)) await this.#runSome(untilUs);
    this.#nowUs = untilUs;
  }

  /**
   * Node lets promises run their course after each immediate, also between several that wait: many at once spare
   * it turns of its loop, in which it would look after files and sockets that there aren't.
   */
  #runSome(untilUs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let hasFailed = false;
      const step = () => {
        if (hasFailed) return;
        try {
          this.#runUpToPromise(untilUs);
        } catch (error) {
          hasFailed = true;
          reject(error);
        }
      };
      for (let i = 0; i < AT_ONCE; i++) setImmediate(step);
      setImmediate(resolve);
    });
  }

  /** Up to the first that may have settled a promise. */
  #runUpToPromise(untilUs: number): void {
    while (this.#isDue(untilUs)) {
      const next = this.#removeFirst();
      if (!next.run) continue;
      this.#nowUs = next.atUs;
      this.#done++;
      next.run();
      if (!next.isPlain) return;
    }
  }

  #isDue(untilUs: number): boolean {
    const next = this.#heap[0];
    return next !== undefined && next.atUs <= untilUs;
  }

  #add(atUs: number, run: () => void, isPlain: boolean): () => void {
    const entry: Entry = { atUs: Math.max(atUs, this.#nowUs), order: this.#order++, run, isPlain };
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
    return () => {
      entry.run = undefined;
    };
  }

  /** There is one. */
  #removeFirst(): Entry {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}
