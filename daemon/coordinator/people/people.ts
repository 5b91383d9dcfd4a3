import type { Role } from '../../../protos/index.ts';
import type { PublicKey } from '../../security/keys.ts';
import { Refusal } from '../refusal.ts';
import { sameName } from '../same-name.ts';
import type { PasswordHash } from './password.ts';

export interface User {
  readonly name: string;
  readonly role: Role;
  readonly password: PasswordHash;
}

/** A login: a key of one of the person's devices, which is theirs from then on. Times are wall times. */
export interface Session {
  readonly sessionId: string;
  /** The user's. */
  readonly name: string;
  readonly key: PublicKey;
  /** How it is shown, say the device's host name. */
  readonly client: string;
  readonly createdMs: number;
  /** To within SEEN_EVERY_MS. */
  readonly lastSeenMs: number;
}

/** The home's people. */
export interface PeopleState {
  readonly users: readonly User[];
  readonly sessions: readonly Session[];
  /** Makes its first user an admin; empty when it has been used, or there never was one. */
  readonly firstCode: string;
}

export const nobody: PeopleState = { users: [], sessions: [], firstCode: '' };

/** A session ends when nothing was heard of it for this long. */
export const SESSION_IDLE_MS = 30 * 24 * 3600 * 1000;
/** How exactly it is known when something was last heard of a session. */
export const SEEN_EVERY_MS = 10 * 60 * 1000;
const USER_LIMIT = 100;
/** Of one person; the one that was not heard of for longest makes way. */
const SESSION_LIMIT = 20;

export function userNamed({ users }: PeopleState, name: string): User | undefined {
  return users.find((user) => sameName(user.name, name));
}

/** @throws {Refusal} NOT_FOUND */
export function knownUser(state: PeopleState, name: string): User {
  const user = userNamed(state, name);
  if (user) return user;
  const names = state.users.map((one) => one.name).join(', ') || 'nobody yet';
  throw new Refusal('NOT_FOUND', `there is no user "${name}"; there is ${names}`);
}

/** As long as nobody is admin, the first code makes one. */
export function hasAdmin({ users }: PeopleState): boolean {
  return users.some(({ role }) => role === 'ADMIN');
}

/** @throws {Refusal} when the name is taken, or there are too many */
export function addUser(state: PeopleState, user: User): PeopleState {
  const taken = userNamed(state, user.name);
  if (taken) throw new Refusal('REFUSED', `there is a user "${taken.name}" already: take another name`);
  if (state.users.length >= USER_LIMIT)
    throw new Refusal('REFUSED', `there are ${USER_LIMIT} users already, which is all there can be`);
  return withUsers(state, [...state.users, user]);
}

/** The user's sessions end. @throws {Refusal} when there is no such user, or it's the last admin */
export function removeUser(state: PeopleState, name: string): PeopleState {
  const user = knownUser(state, name);
  refuseWithoutAdmin(state, user, 'removed');
  const users = state.users.filter((one) => one !== user);
  return withUsers({ ...state, sessions: state.sessions.filter((one) => one.name !== user.name) }, users);
}

/** @throws {Refusal} when there is no such user, or it's the last admin who would be one no more */
export function setRole(state: PeopleState, name: string, role: Role): PeopleState {
  const user = knownUser(state, name);
  if (role !== 'ADMIN') refuseWithoutAdmin(state, user, 'made less');
  return withUser(state, user, { role });
}

/**
 * The user's sessions end, but for one.
 * @param except the session that has changed it
 * @throws {Refusal} when there is no such user
 */
export function setPassword(
  state: PeopleState,
  name: string,
  password: PasswordHash,
  except: string | undefined,
): PeopleState {
  const user = knownUser(state, name);
  const goesOn = (one: Session) => one.name !== user.name || one.sessionId === except;
  return { ...withUser(state, user, { password }), sessions: state.sessions.filter(goesOn) };
}

/** A key has one session: one that it had before ends. */
export function openSession(state: PeopleState, session: Session): PeopleState {
  const others = state.sessions.filter((one) => one.key !== session.key && !isOver(one, session.createdMs));
  const own = others.filter((one) => one.name === session.name);
  const idlest = own.toSorted((a, b) => a.lastSeenMs - b.lastSeenMs)[0];
  const kept = own.length >= SESSION_LIMIT ? others.filter((one) => one !== idlest) : others;
  return { ...state, sessions: [...kept, session] };
}

/** @throws {Refusal} NOT_FOUND */
export function knownSession({ sessions }: PeopleState, sessionId: string): Session {
  const session = sessions.find((one) => one.sessionId === sessionId);
  if (session) return session;
  throw new Refusal('NOT_FOUND', `there is no session ${sessionId}: "jamctl sessions" lists them`);
}

export function endSession(state: PeopleState, sessionId: string): PeopleState {
  return { ...state, sessions: state.sessions.filter((one) => one.sessionId !== sessionId) };
}

/** The session that a key is tied to, unless it is over. */
export function sessionOf({ sessions }: PeopleState, key: PublicKey, nowMs: number): Session | undefined {
  return sessions.find((one) => one.key === key && !isOver(one, nowMs));
}

export function liveSessions({ sessions }: PeopleState, nowMs: number): Session[] {
  return sessions.filter((one) => !isOver(one, nowMs));
}

export function expiresMs({ lastSeenMs }: Session): number {
  return lastSeenMs + SESSION_IDLE_MS;
}

/** The state in which the session was heard of now; the same one when that tells nothing new. */
export function seen(state: PeopleState, session: Session, nowMs: number): PeopleState {
  if (nowMs - session.lastSeenMs < SEEN_EVERY_MS) return state;
  const sessions = liveSessions(state, nowMs).map((one) =>
    one.sessionId === session.sessionId ? { ...one, lastSeenMs: nowMs } : one,
  );
  return { ...state, sessions };
}

function isOver(session: Session, nowMs: number): boolean {
  return nowMs >= expiresMs(session);
}

function refuseWithoutAdmin({ users }: PeopleState, user: User, done: string): void {
  if (user.role !== 'ADMIN' || users.some((one) => one !== user && one.role === 'ADMIN')) return;
  throw new Refusal(
    'REFUSED',
    `"${user.name}" is the only admin, and can't be ${done}: make another user admin first`,
  );
}

function withUser(state: PeopleState, user: User, changes: Partial<User>): PeopleState {
  return withUsers(
    state,
    state.users.map((one) => (one === user ? { ...user, ...changes } : one)),
  );
}

// The code is for a home that nobody is admin of.
function withUsers(state: PeopleState, users: readonly User[]): PeopleState {
  const next = { ...state, users };
  return hasAdmin(next) ? { ...next, firstCode: '' } : next;
}
