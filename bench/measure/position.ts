import { Acquisition } from './acquisition.ts';
import { Aligner, type Guess } from './aligner.ts';
import type { Recording } from './recording.ts';
import type { Reference } from './reference.ts';

/** What a device made audible at one instant. */
export interface Position {
  /** Index of the track among the references. */
  readonly track: number;
  /** Position in the track: its frames, with fractions. */
  readonly frame: number;
  /** The same in µs of the track's nominal time. */
  readonly us: number;
  /** How alike recording and track are there: a correlation coefficient, ALIKE to 1. */
  readonly correlation: number;
}

/** What is less alike than this is not taken for the track. */
export const ALIKE = 0.6;
/** How much of a recording is looked at for one position. */
export const WINDOW_US = 120_000;
/** A following position is looked for near the last one when that is not longer ago. */
const FOLLOW_US = 1_000_000;
const MAX_SPEED_PPM = 2000;

/** The references of a bench run, ready to be searched; shared by the trackers of all its recordings. */
export class Tracks {
  readonly references: readonly Reference[];
  readonly #acquisitions = new Map<number, Acquisition>();

  constructor(references: readonly Reference[]) {
    this.references = references;
  }

  acquisition(track: number): Acquisition | null {
    const reference = this.references[track];
    if (reference === undefined) return null;
    const acquisition = this.#acquisitions.get(track) ?? new Acquisition(reference);
    this.#acquisitions.set(track, acquisition);
    return acquisition;
  }

  position(track: number, frame: number, correlation: number): Position {
    const rate = this.references[track]?.rate ?? Number.NaN;
    return { track, frame, us: (frame / rate) * 1e6, correlation };
  }
}

/**
 * Follows one recording through the tracks it plays. Clean audio is placed to within 0.1 µs, whatever
 * the two rates, gains and fades.
 */
export class PositionTracker {
  readonly #recording: Recording;
  readonly #tracks: Tracks;
  readonly #aligner: Aligner;
  #last: { trueUs: number; position: Position; speedPpm: number } | null = null;

  constructor(recording: Recording, tracks: Tracks) {
    this.#recording = recording;
    this.#tracks = tracks;
    this.#aligner = new Aligner(recording, WINDOW_US);
  }

  /**
   * The position at a true time; null while nothing of the tracks is heard all around it.
   * @param trueUs rising from call to call
   * @param hint where it might be, say another speaker's position: decides where a track repeats itself
   */
  at(trueUs: number, hint: Position | null = null): Position | null {
    if (!this.#aligner.audible(trueUs)) return null;
    const found = this.#follow(trueUs) ?? this.#tryHint(trueUs, hint) ?? this.#acquire(trueUs);
    if (found !== null) this.#remember(trueUs, found);
    return found;
  }

  /** A position once more, with the speed of the playing there known. */
  refine(trueUs: number, position: Position, speedPpm: number): Position {
    const guess = { frame: position.frame, speedPpm };
    return this.#align(trueUs, position.track, guess, ALIKE) ?? position;
  }

  #follow(trueUs: number): Position | null {
    if (this.#last === null || trueUs - this.#last.trueUs > FOLLOW_US) return null;
    const { position, speedPpm } = this.#last;
    const rate = this.#tracks.references[position.track]?.rate ?? Number.NaN;
    const frame = position.frame + (trueUs - this.#last.trueUs) * rate * 1e-6 * (1 + speedPpm * 1e-6);
    return this.#align(trueUs, position.track, { frame, speedPpm }, ALIKE);
  }

  #tryHint(trueUs: number, hint: Position | null): Position | null {
    return hint && this.#align(trueUs, hint.track, { frame: hint.frame, speedPpm: 0 }, 0.9);
  }

  #acquire(trueUs: number): Position | null {
    let best: Position | null = null;
    for (const track of this.#tracks.references.keys()) {
      for (const frame of this.#tracks.acquisition(track)?.find(this.#recording, trueUs) ?? []) {
        const candidate = this.#align(trueUs, track, { frame, speedPpm: 0 }, ALIKE);
        if (candidate !== null && candidate.correlation > (best?.correlation ?? 0)) best = candidate;
      }
    }
    return best;
  }

  #align(trueUs: number, track: number, guess: Guess, alike: number): Position | null {
    const reference = this.#tracks.references[track];
    const found = reference && this.#aligner.align(reference, trueUs, guess);
    if (!found || found.correlation < alike) return null;
    return this.#tracks.position(track, found.frame, found.correlation);
  }

  #remember(trueUs: number, position: Position): void {
    let speedPpm = 0;
    if (this.#last?.position.track === position.track) {
      const elapsedUs = trueUs - this.#last.trueUs;
      const measuredPpm = ((position.us - this.#last.position.us) / elapsedUs - 1) * 1e6;
      speedPpm = Math.abs(measuredPpm) < MAX_SPEED_PPM ? measuredPpm : this.#last.speedPpm;
    }
    this.#last = { trueUs, position, speedPpm };
  }
}
