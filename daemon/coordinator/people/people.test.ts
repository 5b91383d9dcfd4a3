import test from 'ava';
import fc from 'fast-check';
import { newKeyPair, type PublicKey } from '../../security/keys.ts';
import { Refusal } from '../refusal.ts';
import { sameName } from '../same-name.ts';
import * as people from './people.ts';
import { nobody, type PeopleState, type Session, type User } from './people.ts';

const password = { salt: '00', hash: '00', cost: 2, blockSize: 8, parallelization: 1 };
const user = (name: string, role: User['role'] = 'MEMBER'): User => ({ name, role, password });
const keys: PublicKey[] = Array.from({ length: 30 }, () => newKeyPair().publicKey);
const keyAt = (i: number): PublicKey => keys[i] ?? newKeyPair().publicKey;
const session = (name: string, i: number, nowMs = 0): Session => ({
  sessionId: `session ${i}`,
  name,
  key: keyAt(i),
  client: 'desk',
  createdMs: nowMs,
  lastSeenMs: nowMs,
});
const withUsers = (...users: User[]): PeopleState =>
  users.reduce((state, one) => people.addUser(state, one), nobody);
const home = withUsers(user('Anna', 'ADMIN'), user('Ben'));

test('a name is taken in whatever case and writing, and it is told by whom', (t) => {
  for (const name of ['anna', 'ANNA', 'Ａnna'])
    t.throws(() => people.addUser(home, user(name)), { instanceOf: Refusal, message: /"Anna"/ });
  t.is(people.userNamed(withUsers(user('Zoë')), 'ZOE\u0308')?.name, 'Zoë');
});

test('the last admin can neither be removed nor made less, a second one can', (t) => {
  t.throws(() => people.removeUser(home, 'anna'), { instanceOf: Refusal, message: /only admin/ });
  t.throws(() => people.setRole(home, 'anna', 'GUEST'), { instanceOf: Refusal, message: /only admin/ });
  const two = people.setRole(home, 'ben', 'ADMIN');
  t.notThrows(() => people.removeUser(two, 'anna'));
  t.is(people.userNamed(people.setRole(two, 'anna', 'GUEST'), 'anna')?.role, 'GUEST');
});

test('a person can have several sessions, each key one', (t) => {
  const twice = people.openSession(people.openSession(home, session('Anna', 1)), session('Anna', 2));
  t.is(people.liveSessions(twice, 0).length, 2);
  const again = people.openSession(twice, { ...session('Ben', 2), sessionId: 'another' });
  t.is(people.sessionOf(again, keyAt(2), 0)?.name, 'Ben');
  t.is(people.liveSessions(again, 0).length, 2);
});

test('a 21st session of a person ends the one that was not heard of for longest', (t) => {
  let state = home;
  for (let i = 1; i <= 20; i += 1) state = people.openSession(state, session('Anna', i, i));
  state = people.openSession(state, session('Ben', 0, 0));
  state = people.openSession(state, session('Anna', 21, 21));
  t.is(people.sessionOf(state, keyAt(1), 21), undefined);
  t.truthy(people.sessionOf(state, keyAt(0), 21), "nobody else's");
  t.is(people.liveSessions(state, 21).length, 21);
});

test('a session ends 30 days after it was last used', (t) => {
  const idleMs = 30 * 24 * 3600 * 1000;
  const state = people.openSession(home, session('Anna', 1));
  t.truthy(people.sessionOf(state, keyAt(1), idleMs - 1));
  t.is(people.sessionOf(state, keyAt(1), idleMs), undefined);
  const used = people.seen(state, session('Anna', 1), idleMs - 1);
  t.truthy(people.sessionOf(used, keyAt(1), idleMs + 1));
});

test('that a session is in use is noted every ten minutes, not each time', (t) => {
  const state = people.openSession(home, session('Anna', 1));
  t.is(people.seen(state, session('Anna', 1), 599_999), state);
  t.is(people.seen(state, session('Anna', 1), 600_000).sessions[0]?.lastSeenMs, 600_000);
});

test('sessions end with the password, but for the one that has changed it, and with the user', (t) => {
  const opened = people.openSession(people.openSession(home, session('Ben', 1)), session('Ben', 2));
  const anna = people.openSession(opened, session('Anna', 3));
  const changed = people.setPassword(anna, 'ben', { ...password, salt: '01' }, 'session 2');
  t.deepEqual(
    changed.sessions.map(({ sessionId }) => sessionId),
    ['session 2', 'session 3'],
  );
  t.deepEqual(
    people.removeUser(anna, 'ben').sessions.map(({ name }) => name),
    ['Anna'],
  );
});

test('the first code is gone as soon as somebody is admin', (t) => {
  const fresh = { ...nobody, firstCode: 'abcd-efgh' };
  t.is(people.addUser(fresh, user('Ben')).firstCode, 'abcd-efgh');
  t.is(people.addUser(fresh, user('Anna', 'ADMIN')).firstCode, '');
});

test('whatever is asked, names stay distinct, an admin stays, and sessions belong to users', (t) => {
  const name = fc.constantFrom('anna', 'ANNA', 'ben', 'Ｂen', 'cleo');
  const role = fc.constantFrom('GUEST' as const, 'MEMBER' as const, 'ADMIN' as const);
  const step = fc.oneof(
    fc.tuple(name, role).map(
      ([n, r]) =>
        (s: PeopleState) =>
          people.addUser(s, user(n, r)),
    ),
    fc.tuple(name, role).map(
      ([n, r]) =>
        (s: PeopleState) =>
          people.setRole(s, n, r),
    ),
    name.map((n) => (s: PeopleState) => people.removeUser(s, n)),
    name.map((n) => (s: PeopleState) => people.setPassword(s, n, password, undefined)),
    fc.tuple(name, fc.nat(5)).map(([n, i]) => (s: PeopleState) => {
      const known = people.knownUser(s, n);
      return people.openSession(s, { ...session(known.name, i), sessionId: `${known.name} ${i}` });
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let state: PeopleState = nobody;
      let hadAdmin = false;
      for (const change of steps) {
        state = unlessRefused(state, change);
        hadAdmin ||= people.hasAdmin(state);
        checkWhole(state, hadAdmin);
      }
    }),
  );
  t.pass();
});

function unlessRefused(state: PeopleState, change: (state: PeopleState) => PeopleState): PeopleState {
  try {
    return change(state);
  } catch (error) {
    if (error instanceof Refusal) return state;
    throw error;
  }
}

function checkWhole(state: PeopleState, hadAdmin: boolean): void {
  const { users, sessions } = state;
  const whole =
    users.every((a, i) => users.slice(i + 1).every((b) => !sameName(a.name, b.name))) &&
    people.hasAdmin(state) === hadAdmin &&
    sessions.every(({ name }) => users.some((one) => one.name === name)) &&
    new Set(sessions.map(({ key }) => key)).size === sessions.length;
  if (!whole) throw new Error(`not whole: ${JSON.stringify({ users, sessions })}`);
}
