import type { Failure, LobbyRequest } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import type { PublicKey } from '../../security/keys.ts';
import type { LocalClock } from '../../units.ts';
import { Refusal } from '../refusal.ts';
import { foldedName } from '../same-name.ts';
import {
  afterEarly,
  afterRight,
  afterWrong,
  keySubject,
  type LoginGuard,
  nameSubject,
  waitMs,
  wrongTries,
} from './login-guard.ts';
import { checkPassword, hashPassword, isPassword, isSameSecret } from './password.ts';
import { addUser, hasAdmin, type PeopleState, type User, userNamed } from './people.ts';

type Login = Extract<LobbyRequest['body'], { kind: 'login' }>;

/** Whom a login has found, and the people, whom a first code may have made one more. */
export interface LoggedIn {
  readonly kind: 'logged in';
  readonly user: User;
  readonly people: PeopleState;
}

export type TooSoon = { readonly kind: 'failure' } & Failure;

/** More would only wait for each other's scrypt. */
const WAITING_LIMIT = 8;
/** One sentence for all that can be wrong: it tells nobody which names there are. */
const WRONG = 'the name or the password is wrong';

/**
 * Finds out whether a person is who they say. One at a time, however many ask at once, each taking as long
 * whatever is wrong, and those who were wrong time after time having to wait.
 */
export class LoginDesk {
  readonly #clock: LocalClock;
  readonly #logger: Logger;
  #guard: LoginGuard = new Map();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(clock: LocalClock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * @param people as they are when it is this login's turn
   * @throws {Refusal} UNAUTHENTICATED when something is wrong
   */
  async login(request: Login, key: PublicKey, people: () => PeopleState): Promise<LoggedIn | TooSoon> {
    const subjects = [nameSubject(foldedName(request.name)), keySubject(key)];
    const tooSoon = this.#tooSoon(subjects);
    if (tooSoon) {
      this.#guard = afterEarly(this.#guard, keySubject(key), this.#nowMs());
      return tooSoon;
    }
    return this.#inTurn(async () => this.#tooSoon(subjects) ?? this.#check(request, subjects, people));
  }

  /** As login(), of somebody who is logged in: whether this is their password. @throws {Refusal} */
  async confirm(user: User, password: string): Promise<TooSoon | undefined> {
    const subjects = [nameSubject(foldedName(user.name))];
    return this.#inTurn(async () => {
      const tooSoon = this.#tooSoon(subjects);
      if (tooSoon) return tooSoon;
      if (!(await isPassword(password, user.password))) this.#wrong(subjects, 'the old password is wrong');
      this.#guard = afterRight(this.#guard, subjects);
      return undefined;
    });
  }

  async #check(request: Login, subjects: string[], people: () => PeopleState): Promise<LoggedIn> {
    const logged =
      request.code === '' ? await withPassword(request, people) : await withCode(request, people);
    if (!logged) return this.#wrong(subjects, request.code === '' ? WRONG : 'the code is wrong, or was used');
    this.#guard = afterRight(this.#guard, subjects);
    return logged;
  }

  #wrong(subjects: string[], why: string): never {
    const nowMs = this.#nowMs();
    this.#guard = afterWrong(this.#guard, subjects, nowMs);
    const tries = wrongTries(this.#guard, subjects);
    const nextMs = waitMs(this.#guard, subjects, nowMs);
    const wait = nextMs > 0 ? `, the next may be in ${Math.ceil(nextMs / 1000)} s` : '';
    this.#logger.warn(`a login failed, ${tries} in a row of this name or key${wait}`);
    throw new Refusal('UNAUTHENTICATED', why);
  }

  #tooSoon(subjects: string[]): TooSoon | undefined {
    const retryAfterMs = waitMs(this.#guard, subjects, this.#nowMs());
    if (retryAfterMs === 0) return undefined;
    const message = `there were too many wrong tries: try again in ${Math.ceil(retryAfterMs / 1000)} s`;
    return { kind: 'failure', code: 'BUSY', message, retryAfterMs };
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= WAITING_LIMIT)
      throw new Refusal('BUSY', 'many log in at once: try again in a moment');
    this.#waiting += 1;
    const turn = this.#last.then(work);
    this.#last = turn
      .catch(() => {})
      .finally(() => {
        this.#waiting -= 1;
      });
    return turn;
  }

  #nowMs(): number {
    return this.#clock() / 1000;
  }
}

async function withPassword(
  { name, password }: Login,
  people: () => PeopleState,
): Promise<LoggedIn | undefined> {
  const user = userNamed(people(), name);
  if (!(await isPassword(password, user?.password)) || !user) return undefined;
  // Unless it was changed in that time, or the user removed.
  const isStill = people().users.some((one) => one.name === user.name && one.password === user.password);
  return isStill ? { kind: 'logged in', user, people: people() } : undefined;
}

async function withCode(
  { name, password, code }: Login,
  people: () => PeopleState,
): Promise<LoggedIn | undefined> {
  checkPassword(password);
  const hash = await hashPassword(password);
  const { firstCode } = people();
  if (firstCode === '' || hasAdmin(people()) || !isSameSecret(code.toLowerCase(), firstCode))
    return undefined;
  const user: User = { name, role: 'ADMIN', password: hash };
  return { kind: 'logged in', user, people: addUser(people(), user) };
}
