import type { Host, Rig } from '../rig/rig.ts';
import type { Usage } from '../rig/usage.ts';
import type { Look } from './status-poll.ts';

/** What is played in one run of the bench. */
export interface Programme {
  /** An MP3 or a WAV, played over and over. */
  readonly track: string;
  readonly seconds: number;
  /** The track's length. */
  readonly trackSeconds: number;
}

/** A system under test, playing on a rig. */
export interface Session {
  /** When the command to play was given, µs of true time. */
  readonly commandTrueUs: number;
  /** When the command had its answer, µs of true time; absent where there is none. */
  readonly answeredTrueUs?: number;
  /** What a program of Node's that does nothing takes here, ms. */
  readonly nodeAloneMs?: number;
  /** What the processes had used up to then, by label. */
  readonly usedBefore: ReadonlyMap<string, Usage>;
  /** The room's status as it was shown meanwhile; empty where there is none. */
  readonly looks: readonly Look[];
}

/** Plays a programme on all hosts and returns when its time is over; the rig then still runs. */
export type Play = (
  rig: Rig,
  hosts: readonly Host[],
  programme: Programme,
  folder: string,
) => Promise<Session>;

/** µs of true time: this process's clock is not faked. */
export function trueNowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** @throws {Error} naming a program that should still run and has ended */
export function expectAlive(rig: Rig, folder: string): void {
  const [label] = rig.ended();
  if (label !== undefined) throw new Error(`${label} has ended on its own: see ${folder}/${label}.log`);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @throws {Error} saying what was waited for, after timeoutMs */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await sleep(100);
  }
}
