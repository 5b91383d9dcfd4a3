import type { Identity, LobbyReply, LobbyRequest, PersonSession } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import type { LocalClock } from '../../units.ts';
import type { LiveLobby } from '../live-lobby.ts';
import { roomNamed } from '../lobby.ts';
import { Refusal } from '../refusal.ts';
import { answeredOf } from '../repeats.ts';
import { sameName } from '../same-name.ts';
import type { Asker } from './asker.ts';
import { LoginDesk } from './login-desk.ts';
import { checkPassword, hashPassword } from './password.ts';
import * as people from './people.ts';
import * as presence from './presence.ts';
import { newCode, newSessionId } from './secrets.ts';

type Request<Kind> = Extract<LobbyRequest['body'], { kind: Kind }>;
type Reply = LobbyReply['body'];

/** What is asked about people, sessions and presence. */
export type PeopleRequest = Request<
  | 'login'
  | 'logout'
  | 'whoAmI'
  | 'listUsers'
  | 'addUser'
  | 'removeUser'
  | 'setRole'
  | 'setPassword'
  | 'listSessions'
  | 'endSession'
  | 'joinRoom'
  | 'leaveRoom'
  | 'stillHere'
>;

const DONE: Reply = { kind: 'done', note: '' };

/** Answers what is asked about people. Whether the asker may ask it has been decided. */
export class PeopleDesk {
  readonly #lobby: LiveLobby;
  readonly #clock: LocalClock;
  readonly #wallMs: () => number;
  readonly #logger: Logger;
  readonly #logins: LoginDesk;
  #presence: presence.Presence = new Map();

  constructor(lobby: LiveLobby, clock: LocalClock, wallMs: () => number, logger: Logger) {
    this.#lobby = lobby;
    this.#clock = clock;
    this.#wallMs = wallMs;
    this.#logger = logger;
    this.#logins = new LoginDesk(clock, logger);
  }

  /** Tells the code that makes the first admin, as long as there is none. @throws {StorageError} */
  tellFirstCode(): void {
    if (people.hasAdmin(this.#people)) return;
    const firstCode = this.#people.firstCode || newCode();
    if (firstCode !== this.#people.firstCode) this.#lobby.setPeople({ ...this.#people, firstCode });
    this.#logger.warn(`nobody is admin yet: "jamctl login NAME --code ${firstCode}" makes NAME admin`);
  }

  /** The people who have joined a room. */
  peopleIn(roomId: string): string[] {
    return presence.peopleIn(this.#presence, roomId, this.#clock());
  }

  /** Those who were in a room that is no more are in another. */
  roomGone(from: string, to: string): void {
    this.#presence = presence.moved(this.#presence, from, to);
  }

  /** Notes that the session was used. */
  noteSeen(asker: Asker): void {
    if (asker.how !== 'session') return;
    const seen = people.seen(this.#people, asker.session, this.#wallMs());
    if (seen !== this.#people) this.#lobby.notePeople(seen);
  }

  /** Whether the session or password that a request is about is the asker's own. */
  isOwn(request: LobbyRequest['body'], asker: Asker): boolean {
    if (asker.how !== 'session') return false;
    if (request.kind === 'setPassword') return request.name === '' || sameName(request.name, asker.by);
    if (request.kind !== 'endSession') return false;
    return this.#sessions().some((one) => one.sessionId === request.sessionId && one.name === asker.by);
  }

  /** @param key the request's, see requestKey() */
  async answer(request: PeopleRequest, asker: Asker, key: string | undefined): Promise<Reply> {
    switch (request.kind) {
      case 'login':
        return this.#login(request, asker, key);
      case 'logout':
        return this.#logout(asker, key);
      case 'whoAmI':
        return { kind: 'identity', ...this.#identity(asker) };
      case 'listUsers':
        return { kind: 'users', users: this.#users() };
      case 'addUser':
        checkPassword(request.password);
        return this.#addUser(request, key);
      case 'removeUser':
        return this.#change(people.removeUser(this.#people, request.name), key);
      case 'setRole':
        return this.#change(people.setRole(this.#people, request.name, request.role), key);
      case 'setPassword':
        checkPassword(request.password);
        return this.#setPassword(request, asker, key);
      case 'listSessions':
        return { kind: 'sessions', sessions: this.#visibleSessions(asker).map((one) => this.#shown(one)) };
      case 'endSession':
        people.knownSession(this.#people, request.sessionId);
        return this.#change(people.endSession(this.#people, request.sessionId), key);
      case 'joinRoom':
        return this.#join(request.room, asker);
      case 'leaveRoom':
        return this.#leave(asker);
      case 'stillHere':
        return this.#stillHere(asker);
    }
  }

  get #people(): people.PeopleState {
    return this.#lobby.state.people;
  }

  #sessions(): people.Session[] {
    return people.liveSessions(this.#people, this.#wallMs());
  }

  async #login(request: Request<'login'>, asker: Asker, key: string | undefined): Promise<Reply> {
    const own = keyOf(asker);
    const found = await this.#logins.login(request, own, () => this.#people);
    if (found.kind === 'failure') return found;
    const nowMs = this.#wallMs();
    const session: people.Session = {
      sessionId: newSessionId((id) => found.people.sessions.some((one) => one.sessionId === id)),
      name: found.user.name,
      key: own,
      client: request.client,
      createdMs: nowMs,
      lastSeenMs: nowMs,
    };
    const to = people.openSession(found.people, session);
    const shown = { ...this.#shown(session), role: found.user.role };
    const identity: Identity = {
      name: found.user.name,
      role: found.user.role,
      how: 'session',
      session: shown,
    };
    const reply: Reply = { kind: 'identity', ...identity };
    this.#change(to, key, reply);
    this.#logger.info(`${found.user.name} has logged in (session ${session.sessionId})`);
    return reply;
  }

  #logout(asker: Asker, key: string | undefined): Reply {
    if (asker.how === 'session')
      return this.#change(people.endSession(this.#people, asker.session.sessionId), key);
    throw new Refusal('REFUSED', 'nobody is logged in here: this works without a login');
  }

  async #addUser({ name, password, role }: Request<'addUser'>, key: string | undefined): Promise<Reply> {
    const hash = await hashPassword(password);
    return this.#change(people.addUser(this.#people, { name, role, password: hash }), key);
  }

  async #setPassword(request: Request<'setPassword'>, asker: Asker, key: string | undefined): Promise<Reply> {
    const isOwn = this.isOwn(request, asker);
    if (request.name === '' && !isOwn)
      throw new Refusal('BAD_REQUEST', 'nobody is logged in here: whose password is meant?');
    const user = people.knownUser(this.#people, request.name || asker.by);
    const wrong = isOwn ? await this.#logins.confirm(user, request.oldPassword) : undefined;
    if (wrong) return wrong;
    const hash = await hashPassword(request.password);
    const except = isOwn && asker.how === 'session' ? asker.session.sessionId : undefined;
    return this.#change(people.setPassword(this.#people, user.name, hash, except), key);
  }

  #join(name: string, asker: Asker): Reply {
    const room = roomNamed(this.#lobby.state, name);
    this.#presence = presence.join(this.#presence, asker, room.roomId, this.#clock());
    return { kind: 'done', note: room.name };
  }

  #leave(asker: Asker): Reply {
    const now = this.#clock();
    const roomId = presence.roomOf(this.#presence, asker.id, now);
    this.#presence = presence.leave(this.#presence, asker, now);
    return { kind: 'done', note: roomId === undefined ? 'you were in no room' : '' };
  }

  #stillHere(asker: Asker): Reply {
    const now = this.#clock();
    const still = presence.stillHere(this.#presence, asker.id, now);
    if (still) {
      this.#presence = still;
      const roomId = presence.roomOf(still, asker.id, now);
      const room = this.#lobby.state.rooms.find((one) => one.roomId === roomId);
      return { kind: 'done', note: room?.name ?? '' };
    }
    if (presence.hasLeft(this.#presence, asker.id, now))
      throw new Refusal('REFUSED', 'you have left the room');
    throw new Refusal('NOT_FOUND', 'you are in no room: join one');
  }

  #identity(asker: Asker): Identity {
    if (asker.how === 'session')
      return { name: asker.by, role: asker.role, how: 'session', session: this.#shown(asker.session) };
    if (asker.how === 'open' || asker.how === 'local')
      return { name: asker.by, role: 'ADMIN', how: asker.how };
    return { name: '', role: 'GUEST', how: 'stranger' };
  }

  #users() {
    const sessions = this.#sessions();
    return this.#people.users.map(({ name, role }) => ({
      name,
      role,
      sessions: sessions.filter((one) => one.name === name).length,
    }));
  }

  #visibleSessions(asker: Asker): people.Session[] {
    const isAdmin = asker.how !== 'session' || asker.role === 'ADMIN';
    return this.#sessions().filter((one) => isAdmin || one.name === asker.by);
  }

  #shown(session: people.Session): PersonSession {
    const roomId = presence.roomOf(this.#presence, session.key, this.#clock());
    return {
      sessionId: session.sessionId,
      name: session.name,
      role: people.userNamed(this.#people, session.name)?.role ?? 'GUEST',
      client: session.client,
      createdUnixMs: session.createdMs,
      lastSeenUnixMs: session.lastSeenMs,
      expiresUnixMs: people.expiresMs(session),
      room: this.#lobby.state.rooms.find((one) => one.roomId === roomId)?.name ?? '',
    };
  }

  #change(to: people.PeopleState, key: string | undefined, reply: Reply = DONE): Reply {
    const before = this.#people.sessions;
    this.#lobby.setPeople(to, key === undefined ? undefined : answeredOf(key, reply));
    const ended = before.filter((one) => !to.sessions.some((other) => other.sessionId === one.sessionId));
    this.#presence = presence.withoutAskers(
      this.#presence,
      ended.map((one) => one.key),
    );
    return reply;
  }
}

function keyOf(asker: Asker) {
  if (asker.how === 'session') return asker.session.key;
  if (asker.how === 'stranger' && asker.key) return asker.key;
  throw new Refusal(
    'REFUSED',
    asker.how === 'local'
      ? "on the coordinator's host nobody has to log in"
      : 'a login is tied to a key, and this request shows none: this coordinator may run with security none',
  );
}
