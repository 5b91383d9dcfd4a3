import type { SpeakerSituation } from '../speaker/live-speaker.ts';
import type { PlayerReport } from '../speaker/playout/player.ts';
import type { LocalUs } from '../units.ts';
import type { ServiceManager } from './service-manager.ts';

/** Figures change all the time: they are told this often, words at once. */
const FIGURES_EVERY_US = 5_000_000;

/**
 * Tells the service manager how a speaker is, by what its playout thread reports: that it is ready once the thread
 * runs, and that it is alive as long as the thread goes on and its device takes what is written.
 */
export class SpeakerService {
  readonly #manager: ServiceManager;
  #written: number | undefined;
  #words = '';
  #toldUs = Number.NEGATIVE_INFINITY;

  constructor(manager: ServiceManager) {
    this.#manager = manager;
  }

  /** To be called with each of the playout thread's reports. */
  observe(report: PlayerReport, situation: SpeakerSituation, now: LocalUs): void {
    this.#manager.ready();
    if (this.#goesOn(report)) this.#manager.alive(now);
    const words = wordsOf(report, situation);
    if (words === this.#words && now - this.#toldUs < FIGURES_EVERY_US) return;
    this.#words = words;
    this.#toldUs = now;
    this.#manager.status(words + figuresOf(report, situation));
  }

  /** A closed device is no standstill: the thread tries it again, or leaves it to others. */
  #goesOn({ format, writtenFrames }: PlayerReport): boolean {
    const before = this.#written;
    this.#written = writtenFrames;
    return format === undefined || writtenFrames !== before;
  }
}

const STATES = {
  IDLE: 'idle',
  SILENT: 'silent',
  SOUNDING: 'playing',
  STARVED: 'waiting for the track',
  FAILED: 'without its sound device',
} as const;

function wordsOf({ state, problem }: PlayerReport, situation: SpeakerSituation): string {
  const where = situation.roomName === undefined ? 'looking for its room' : `in room ${situation.roomName}`;
  const wrong = problem || situation.problem;
  return `${situation.name} ${where}, ${STATES[state]}${wrong ? `: ${wrong}` : ''}`;
}

function figuresOf({ state, errorUs, dacPpm }: PlayerReport, { clock }: SpeakerSituation): string {
  const figures = [
    ...(state === 'SOUNDING' ? [`${Math.abs(errorUs).toFixed(0)} µs ${errorUs < 0 ? 'early' : 'late'}`] : []),
    ...(clock && clock.state !== 'UNSYNCHRONIZED' ? [`clock ±${clock.errorBoundUs.toFixed(0)} µs`] : []),
    ...(state === 'SOUNDING' ? [`DAC ${dacPpm.toFixed(0)} ppm`] : []),
  ];
  return figures.length > 0 ? ` (${figures.join(', ')})` : '';
}
