/**
 * Slows down who guesses passwords: after a few wrong tries, each further one of the same subject (a name, a key)
 * has to wait twice as long as the one before. A key waits twice as long as a name, so that between two tries of a
 * guesser there is time for the person whose name it is. Pure: times are arguments, ms on any clock that only goes forward.
 */
export type LoginGuard = ReadonlyMap<string, Tries>;

interface Tries {
  readonly wrong: number;
  readonly lastMs: number;
}

/** Nobody types better than that every time. */
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 1000;
/** Of a name: also the longest that a guesser keeps a person from logging in on a new device. */
const LONGEST_WAIT_MS = 60_000;
const KEY_FACTOR = 2;
const KEY_PREFIX = 'key ';
/** Wrong tries are forgotten after this long without another. */
const FORGOTTEN_MS = 3_600_000;
/** The oldest are forgotten. */
const SUBJECT_LIMIT = 10_000;

/** A key's subject; all others are names. */
export const keySubject = (key: string): string => `${KEY_PREFIX}${key}`;
export const nameSubject = (name: string): string => `name ${name}`;

/** How long the next try of any of the subjects has to wait from now on, ms; 0: not at all. */
export function waitMs(guard: LoginGuard, subjects: readonly string[], nowMs: number): number {
  const untilMs = subjects.map((subject) => {
    const tries = guard.get(subject);
    return tries ? tries.lastMs + delayMs(subject, tries.wrong) : nowMs;
  });
  return Math.max(0, ...untilMs.map((one) => one - nowMs));
}

/** The guard after a wrong try. */
export function afterWrong(guard: LoginGuard, subjects: readonly string[], nowMs: number): LoginGuard {
  const next = new Map([...guard].filter(([, { lastMs }]) => nowMs - lastMs < FORGOTTEN_MS));
  for (const subject of subjects) {
    const wrong = (next.get(subject)?.wrong ?? 0) + 1;
    next.delete(subject); // so that the order is that of the last tries
    next.set(subject, { wrong, lastMs: nowMs });
  }
  for (const oldest of [...next.keys()].slice(0, Math.max(0, next.size - SUBJECT_LIMIT))) next.delete(oldest);
  return next;
}

/** The guard after a try that came too soon: who doesn't wait begins to wait anew. */
export function afterEarly(guard: LoginGuard, subject: string, nowMs: number): LoginGuard {
  const tries = guard.get(subject);
  return tries ? new Map(guard).set(subject, { ...tries, lastMs: nowMs }) : guard;
}

/** The guard after a right one. */
export function afterRight(guard: LoginGuard, subjects: readonly string[]): LoginGuard {
  const next = new Map(guard);
  for (const subject of subjects) next.delete(subject);
  return next;
}

/** How often any of the subjects was wrong. */
export function wrongTries(guard: LoginGuard, subjects: readonly string[]): number {
  return Math.max(0, ...subjects.map((subject) => guard.get(subject)?.wrong ?? 0));
}

function delayMs(subject: string, wrong: number): number {
  if (wrong < FREE_TRIES) return 0;
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES), LONGEST_WAIT_MS);
  return subject.startsWith(KEY_PREFIX) ? KEY_FACTOR * waitMs : waitMs;
}
