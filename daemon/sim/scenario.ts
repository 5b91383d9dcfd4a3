import type { LobbyRequest, RoomCommand } from '../../protos/index.ts';
import type { Random } from '../random.ts';
import type { Faults } from './faults.ts';
import type { Home, HomeModel } from './home.ts';
import type { SimulatedRoom } from './room.ts';

/** What is promised of a scenario. */
export interface Limits {
  /** Largest difference between any two speakers in place, µs. */
  readonly spreadUs: number;
  /** Its root mean square. */
  readonly spreadRmsUs: number;
  /** Largest playout error of a speaker in place, µs. It may be off with the whole room, where ways are asymmetric. */
  readonly errorUs: number;
  /** The playout error's median is at least this far from 0, µs: what can't be seen isn't guessed away. */
  readonly leastErrorUs: number;
  /** A speaker is in place and agrees with its room so long after everything about it was whole, s. */
  readonly withinS: number;
  /** A command has taken effect everywhere so long after it was accepted, s; and what was missed is healed. */
  readonly healS: number;
  /** Largest playout error of a speaker that plays on without its coordinator, µs. */
  readonly holdoverUs: number;
  /** Glitches (xruns, resyncs, gaps, late starts) of all speakers together. */
  readonly glitches: number;
  /** Share of the time in which the displayed bound may be below the true spread. */
  readonly boundMisses: number;
}

/** What a scenario's script has at hand. */
export interface Director {
  readonly home: Home;
  readonly faults: Faults;
  /** Of its own, so that what the script draws doesn't depend on what the home draws. */
  readonly random: Random;
  /** How long it lasts, s. */
  readonly seconds: number;
  /** Runs something at a true time, s. */
  at(seconds: number, run: () => void): void;
  /** Gives a command to the room called main, or to another. */
  command(body: RoomCommand['body'], room?: string): void;
  ask(body: LobbyRequest['body']): void;
  /** Fills the queue of main with all tracks, so many times, and plays: from second 4 on. */
  music(rounds?: number): void;
  /** The room called main, running or not; undefined until it has first been started. */
  mainRoom(): SimulatedRoom | undefined;
}

/** A home, what happens in it, and what is promised. */
export interface Scenario {
  readonly name: string;
  /** One sentence for people. */
  readonly about: string;
  readonly seconds: number;
  readonly home: Partial<HomeModel>;
  readonly limits: Partial<Limits>;
  script(director: Director): void;
}

export const DEFAULT_LIMITS: Limits = {
  spreadUs: 60,
  spreadRmsUs: 25,
  errorUs: 60,
  leastErrorUs: 0,
  withinS: 3,
  healS: 1.5,
  holdoverUs: 100,
  glitches: 0,
  boundMisses: 0.01,
};
