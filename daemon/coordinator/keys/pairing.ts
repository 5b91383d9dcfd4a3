import { timingSafeEqual } from 'node:crypto';
import type { PublicKey } from '../../security/keys.ts';
import { commitmentTo, pairingCode } from '../../security/pairing-code.ts';
import type { LocalUs } from '../../units.ts';
import { Refusal } from '../refusal.ts';
import { sameName } from '../same-name.ts';

/** What a speaker, or a room host, says of itself. */
export interface PendingSpeaker {
  readonly kind: 'speaker' | 'host';
  readonly speakerId: string;
  readonly name: string;
  readonly version: string;
  readonly device: string;
  /** Of a room host. */
  readonly place?: { readonly address: string; readonly port: number; readonly clockId: string };
}

interface Pending extends PendingSpeaker {
  readonly lastHelloUs: LocalUs;
  /** Given by the speaker, and the number that it was answered; absent: not yet. */
  readonly commitment?: Uint8Array;
  readonly nonce?: Uint8Array;
  /** Six digits; empty: not yet. */
  readonly code: string;
  readonly wrongTries: number;
}

/** Speakers that have said hello and aren't adopted, by their keys. */
export interface PairingState {
  readonly pending: ReadonlyMap<PublicKey, Pending>;
  /** How many codes may be made at once, as of then. */
  readonly codesLeft: number;
  readonly codesUs: LocalUs;
}

const WORDS = { speaker: 'speaker', host: 'room host' } as const;

/** One that hasn't said hello for longer has gone. */
const PENDING_FOR_US = 60_000_000;
const PENDING_LIMIT = 64;
const WRONG_TRIES = 3;
/** Somebody in between who tries for the right code gets no more than these at once, and one in each minute. */
const CODES_AT_ONCE = 60;
const CODE_EVERY_US = 60_000_000;

export function noPairings(now: LocalUs): PairingState {
  return { pending: new Map(), codesLeft: CODES_AT_ONCE, codesUs: now };
}

/** A speaker that isn't adopted has said hello. @throws {Refusal} BUSY when there are too many */
export function heardOf(
  state: PairingState,
  key: PublicKey,
  one: PendingSpeaker,
  now: LocalUs,
): PairingState {
  const pending = new Map([...state.pending].filter(([, one]) => now - one.lastHelloUs <= PENDING_FOR_US));
  const known = pending.get(key) ?? { code: '', wrongTries: 0 };
  if (!pending.has(key) && pending.size >= PENDING_LIMIT)
    throw new Refusal(
      'BUSY',
      `${PENDING_LIMIT} speakers wait to be adopted already: adopt some, or turn some off`,
    );
  pending.set(key, { ...known, ...one, lastHelloUs: now });
  return { ...state, pending };
}

/** Whether the speaker has a code already. */
export function isPaired(state: PairingState, key: PublicKey): boolean {
  return Boolean(state.pending.get(key)?.code);
}

/**
 * The first step: the speaker binds itself to its number.
 * @param nonce the coordinator's, freshly drawn; it's told to the speaker
 * @throws {Refusal} when it hasn't said hello, or too many codes were made
 */
export function commit(
  state: PairingState,
  key: PublicKey,
  commitment: Uint8Array,
  nonce: Uint8Array,
  now: LocalUs,
): PairingState {
  const regained = Math.floor((now - state.codesUs) / CODE_EVERY_US);
  const codesLeft = Math.min(CODES_AT_ONCE, state.codesLeft + regained);
  if (codesLeft < 1)
    throw new Refusal('BUSY', 'too many speakers have asked for a code of late: it goes on within a minute');
  const codesUs = codesLeft === CODES_AT_ONCE ? now : ((state.codesUs + regained * CODE_EVERY_US) as LocalUs);
  const paired = withPending(state, key, { commitment, nonce, code: '', wrongTries: 0 });
  return { ...paired, codesLeft: codesLeft - 1, codesUs };
}

/**
 * The second step: the speaker shows its number.
 * @throws {Refusal} when there was no first step, or another number
 */
export function reveal(
  state: PairingState,
  coordinator: PublicKey,
  key: PublicKey,
  speakerNonce: Uint8Array,
): PairingState {
  const { commitment, nonce } = pendingOf(state, key);
  if (!commitment || !nonce) throw new Refusal('REFUSED', 'a pairing begins with a commitment');
  if (!timingSafeEqual(commitmentTo(speakerNonce), commitment))
    throw new Refusal('REFUSED', 'the number is another than the one that was committed to');
  const code = pairingCode({ coordinator, speaker: key, coordinatorNonce: nonce, speakerNonce });
  return withPending(state, key, { code });
}

/** What an attempt to adopt has come to. */
export interface Attempt {
  readonly state: PairingState;
  readonly adopted?: { readonly key: PublicKey; readonly speaker: PendingSpeaker };
  readonly refusal?: Refusal;
}

/** A person adopts the one of that kind and name that shows that code. */
export function adopt(
  state: PairingState,
  kind: PendingSpeaker['kind'],
  name: string,
  code: string,
): Attempt {
  const named = [...state.pending].filter(([, one]) => one.kind === kind && sameName(one.name, name));
  const digits = code.replaceAll(/[\s-]/g, '');
  const found = named.find(([, one]) => one.code !== '' && one.code === digits);
  if (found) {
    const [key, speaker] = found;
    return { state: without(state, [key]), adopted: { key, speaker } };
  }
  if (named.length === 0) return { state, refusal: noneNamed(state, kind, name) };
  return { state: afterWrongTry(state, named), refusal: wrongCode(kind, name) };
}

/** Those that wait to be adopted, with the code that each shows. */
export function pendingSpeakers(
  { pending }: PairingState,
  now: LocalUs,
): (PendingSpeaker & { code: string })[] {
  return [...pending.values()].filter(({ lastHelloUs }) => now - lastHelloUs <= PENDING_FOR_US);
}

// The code is used up then: the speaker gets another one at its next hello.
function afterWrongTry(state: PairingState, named: [PublicKey, Pending][]): PairingState {
  return named.reduce((after, [key, { wrongTries, code }]) => {
    const isUsedUp = wrongTries + 1 >= WRONG_TRIES;
    return withPending(after, key, { wrongTries: wrongTries + 1, code: isUsedUp ? '' : code });
  }, state);
}

function noneNamed({ pending }: PairingState, kind: PendingSpeaker['kind'], name: string): Refusal {
  const ofKind = [...pending.values()].filter((one) => one.kind === kind);
  const names = ofKind.map((one) => one.name).join(', ');
  const there = names ? `there is ${names}` : 'none does';
  return new Refusal('NOT_FOUND', `no ${WORDS[kind]} "${name}" waits to be adopted; ${there}`);
}

function wrongCode(kind: PendingSpeaker['kind'], name: string): Refusal {
  return new Refusal(
    'REFUSED',
    `"${name}" doesn't show that code: look at its log; if it shows another one than "jamctl ${kind}s", ` +
      'somebody is in between',
  );
}

function pendingOf(state: PairingState, key: PublicKey): Pending {
  const pending = state.pending.get(key);
  if (pending) return pending;
  throw new Refusal('REFUSED', 'a speaker says hello before it pairs');
}

function withPending(state: PairingState, key: PublicKey, changes: Partial<Pending>): PairingState {
  const changed = { ...pendingOf(state, key), ...changes };
  return { ...state, pending: new Map(state.pending).set(key, changed) };
}

function without(state: PairingState, keys: PublicKey[]): PairingState {
  return { ...state, pending: new Map([...state.pending].filter(([key]) => !keys.includes(key))) };
}
