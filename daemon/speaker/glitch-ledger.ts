import type { Glitch } from '../../protos/index.ts';
import type { GlitchNote } from './playout/player.ts';

/** Only the last ones go into each report; the room keeps more. */
const reported = 20;

/** What a speaker remembers of its glitches, to tell its room. */
export class GlitchLedger {
  readonly #runId: string;
  #count = 0;
  #last: readonly Glitch[] = [];

  /** @param runId of this run of the speaker */
  constructor(runId: string) {
    this.#runId = runId;
  }

  /** The last 20, oldest first. */
  get last(): readonly Glitch[] {
    return this.#last;
  }

  /** @param atUnixMs wall-clock time */
  add({ kind, cause }: GlitchNote, atUnixMs: number): void {
    const glitch = { runId: this.#runId, number: ++this.#count, atUnixMs, kind, cause };
    this.#last = [...this.#last, glitch].slice(-reported);
  }
}
