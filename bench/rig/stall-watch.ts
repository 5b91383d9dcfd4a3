/** A time in which nothing on this machine ran, µs of true time. */
export interface Stall {
  readonly fromTrueUs: number;
  readonly toTrueUs: number;
}

const EVERY_MS = 20;
const STALL_MS = 200;

/**
 * Notices when the machine itself stands still, as a virtual one does while its host is at something else:
 * no program can keep its promises then. Seen by a timer of a process that has nothing else to do.
 */
export class StallWatch {
  readonly #stalls: Stall[] = [];
  #timer: NodeJS.Timeout | null = null;

  start(): void {
    let lastMs = performance.now();
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - lastMs > STALL_MS) {
        this.#stalls.push({ fromTrueUs: trueUs(lastMs), toTrueUs: trueUs(nowMs) });
      }
      lastMs = nowMs;
    }, EVERY_MS);
  }

  /** Returns what was noticed. */
  stop(): readonly Stall[] {
    if (this.#timer !== null) clearInterval(this.#timer);
    return this.#stalls;
  }
}

function trueUs(sinceOriginMs: number): number {
  return Math.round((performance.timeOrigin + sinceOriginMs) * 1000);
}
