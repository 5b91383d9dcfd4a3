import type { LocalUs } from '../../units.ts';

/** In silence little is written ahead, so that a start is heard soon … */
const leastMs = 35;
const mostMs = 100;
/** … with what a person has it write ahead of music beyond this, for a slow machine, on top … */
const usualSoundingMs = 150;
/** … but this much more than the thread has lately been kept from writing … */
const marginMs = 20;
/** … which counts for half after so long. */
const halfLifeS = 5;
/** While it sounds the reserve grows by this much for each ms that passes, rather than in one long tick. */
const growth = 0.5;

/** How much is written ahead of what is heard: to last over the times in which the playout thread can't run. */
export class Reserve {
  readonly #soundingMs: number;
  readonly #leastMs: number;
  #aheadMs: number;
  #pauseMs = 0;
  #tickedUs: LocalUs | undefined;

  /** @param soundingMs to be written ahead while music plays */
  constructor(soundingMs: number) {
    this.#soundingMs = soundingMs;
    this.#leastMs = leastMs + Math.max(0, soundingMs - usualSoundingMs);
    this.#aheadMs = this.#leastMs;
  }

  /** To be written ahead now, ms. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** In silence, ms. */
  get idleMs(): number {
    return Math.max(this.#leastMs, Math.min(mostMs, this.#pauseMs + marginMs));
  }

  /** What aheadMs moves to. */
  goalMs(sounds: boolean): number {
    return sounds ? this.#soundingMs : this.idleMs;
  }

  /** Why the device has run dry, as far as is known here, for people. */
  xrunCause(now: LocalUs): string {
    const pauseMs = Math.round(this.#pauseUntil(now));
    const reserveMs = Math.round(this.#aheadMs);
    return pauseMs > reserveMs
      ? `the playout thread could not run for ${pauseMs} ms; the reserve was ${reserveMs} ms`
      : `the device took its reserve of ${reserveMs} ms at once`;
  }

  /** The device was opened: what was before is no pause. */
  begin(): void {
    this.#tickedUs = undefined;
  }

  /** The device is looked after. Pauses count while all is silent: what sounds may be ticked slowly. */
  tick(now: LocalUs, sounds: boolean): void {
    const pauseMs = this.#pauseUntil(now);
    const remembered = this.#pauseMs * 2 ** (-pauseMs / 1000 / halfLifeS);
    this.#pauseMs = sounds ? remembered : Math.max(remembered, pauseMs);
    this.#aheadMs = Math.min(this.#aheadMs + growth * pauseMs, this.goalMs(sounds));
    this.#tickedUs = now;
  }

  /** For how long the device had not been looked after, ms. */
  #pauseUntil(now: LocalUs): number {
    return this.#tickedUs === undefined ? 0 : (now - this.#tickedUs) / 1000;
  }
}
