import type { HostEntry, LobbyReply, LobbyRequest, Role, SpeakerEntry } from '../../protos/index.ts';
import type { Logger } from '../logger.ts';
import type { PublicKey } from '../security/keys.ts';
import type { Timers } from '../timers.ts';
import type { LocalClock } from '../units.ts';
import { HomeDesk, type LobbyInfo, type Tracks } from './home-desk.ts';
import { HostDesk } from './hosts/host-desk.ts';
import type { HostedRuns } from './hosts/hosted-rooms.ts';
import type { LiveLobby } from './live-lobby.ts';
import { MAIN_ROOM, roomNamed } from './lobby.ts';
import { actionOf } from './people/action-words.ts';
import { type Asker, askerOf, type KnownKeys } from './people/asker.ts';
import { HistoryLog, type HistoryRecords } from './people/history-log.ts';
import { userNamed } from './people/people.ts';
import { PeopleDesk } from './people/people-desk.ts';
import { permit } from './people/policy.ts';
import { Refusal } from './refusal.ts';
import { type Answered, answeredOf, Repeats, requestKey } from './repeats.ts';
import type { Asked } from './requests.ts';
import { sameName } from './same-name.ts';

export type { LobbyInfo, Tracks };

type Request<Kind> = Extract<LobbyRequest['body'], { kind: Kind }>;
type Reply = LobbyReply['body'];

/** What is asked about keys. */
export type KeyRequest = Request<
  | 'pairingCommit'
  | 'pairingReveal'
  | 'adoptSpeaker'
  | 'forgetSpeaker'
  | 'adoptHost'
  | 'forgetHost'
  | 'rotateKey'
  | 'getMediaToken'
>;

/** Knows the keys, and answers what is asked about them. Whether the asker may ask it has been decided. */
export interface KeyDesk {
  readonly known: KnownKeys;
  /** The coordinator's public key from its next start on; undefined: it stays as it is. */
  readonly nextKey: Uint8Array<ArrayBuffer> | undefined;
  /** @throws {Refusal} when it can't be done */
  answer(request: KeyRequest, asker: Asker): Promise<Reply>;
  /** What a speaker or room host that isn't adopted is answered. @throws {Refusal} */
  welcome(request: Request<'hello' | 'hostHello'>, asker: Asker): Reply;
  /** Speakers that aren't adopted yet. */
  pending(): SpeakerEntry[];
  /** Room hosts that aren't adopted yet. */
  pendingHosts(): HostEntry[];
  hostKey(hostId: string): PublicKey | undefined;
  /** Of all speakers that were adopted. */
  readonly speakerKeys: readonly { speakerId: string; key: PublicKey }[];
}

/** What the lobby's desk remembers of earlier runs; see LobbyStore. */
export interface DeskRecords extends HistoryRecords {
  /** The requests that were answered, oldest first. @throws {StorageError} when it can't be read */
  answered(): Answered[];
}

/** What the lobby's desk has around it. */
export interface DeskSurroundings {
  readonly tracks: Tracks;
  readonly clock: LocalClock;
  /** Wall time in ms since 1970. */
  readonly wallMs: () => number;
  readonly timers: Timers;
  readonly records: DeskRecords;
  /** Those of some TCP ports that another program listens on. */
  readonly portsInUse: (ports: readonly number[]) => Promise<number[]>;
  /** Undefined: there are no keys, and everybody may do everything. */
  readonly keys?: KeyDesk;
  /** Hears which rooms a room host runs. */
  readonly onHostHello?: (hostId: string, rooms: HostedRuns) => void;
  /** Makes a backup; undefined: there is nothing to make one of. */
  readonly backup?: (request: Request<'makeBackup'>) => Promise<Reply>;
  readonly logger: Logger;
}

/**
 * Answers whatever the coordinator is asked: finds out who asks, decides whether they may, answers a repeated
 * request as before, and notes who did what.
 */
export class LobbyDesk {
  readonly #lobby: LiveLobby;
  readonly #around: DeskSurroundings;
  readonly #history: HistoryLog;
  readonly #repeats = new Repeats();
  readonly #people: PeopleDesk;
  readonly #home: HomeDesk;
  readonly #hosts: HostDesk;

  constructor(info: LobbyInfo, lobby: LiveLobby, around: DeskSurroundings) {
    const { clock, wallMs, timers, records, keys, onHostHello, logger } = around;
    this.#lobby = lobby;
    this.#around = around;
    this.#history = new HistoryLog(records, timers, logger);
    this.#people = new PeopleDesk(lobby, clock, wallMs, logger);
    this.#home = new HomeDesk(info, lobby, {
      ...around,
      peopleIn: (roomId) => this.#people.peopleIn(roomId),
      pending: () => keys?.pending() ?? [],
      security: keys ? 'curve' : 'none',
      nextKey: () => keys?.nextKey,
      hostKey: (hostId) => keys?.hostKey(hostId),
    });
    this.#hosts = new HostDesk(lobby, { clock, keys, onHello: onHostHello ?? (() => {}), logger });
  }

  /** The lobby has been started. @throws {StorageError} when what is on the disk can't be read */
  start(): void {
    this.#history.start();
    this.#repeats.start(this.#around.records.answered());
    if (this.#around.keys) this.#people.tellFirstCode();
  }

  stop(): void {
    this.#history.stop();
  }

  /** @throws {Refusal} when it can't be done; {StorageError} when the disk is full or fails */
  async answer(request: LobbyRequest['body'], asked: Asked): Promise<Reply> {
    const { keys, wallMs } = this.#around;
    const asker = askerOf(asked, keys?.known, this.#lobby.state.people, wallMs());
    this.#people.noteSeen(asker);
    const action = actionOf(request);
    const key = action === undefined ? undefined : requestKey(asker.id, asked.requestId);
    const work = () => this.#noted(action, request, asker, key);
    return key === undefined ? work() : this.#repeats.once(key, work);
  }

  async #noted(
    action: string | undefined,
    request: LobbyRequest['body'],
    asker: Asker,
    key: string | undefined,
  ): Promise<Reply> {
    if (action === undefined) return this.#permitted(request, asker, key);
    try {
      const reply = await this.#permitted(request, asker, key);
      this.#note(action, request, asker, outcomeOf(reply));
      const isDone = outcomeOf(reply).done && request.kind !== 'callRoom'; // the room remembers by itself
      if (key !== undefined && isDone) this.#repeats.remember(answeredOf(key, reply));
      return reply;
    } catch (error) {
      if (error instanceof Refusal)
        this.#note(action, request, asker, { done: false, outcome: error.message });
      throw error;
    }
  }

  async #permitted(request: LobbyRequest['body'], asker: Asker, key: string | undefined): Promise<Reply> {
    permit(asker, request, {
      mayAdd: this.#mayAdd(request),
      isOwn: this.#people.isOwn(request, asker),
    });
    return this.#dispatch(request, asker, key);
  }

  async #dispatch(request: LobbyRequest['body'], asker: Asker, key: string | undefined): Promise<Reply> {
    switch (request.kind) {
      case 'login':
      case 'logout':
      case 'whoAmI':
      case 'listUsers':
      case 'addUser':
      case 'removeUser':
      case 'setRole':
      case 'setPassword':
      case 'listSessions':
      case 'endSession':
      case 'joinRoom':
      case 'leaveRoom':
      case 'stillHere':
        return this.#people.answer(request, asker, key);
      case 'getHistory':
        return { kind: 'history', entries: this.#history.newest(request.limit) };
      case 'pairingCommit':
      case 'pairingReveal':
      case 'adoptSpeaker':
      case 'forgetSpeaker':
      case 'adoptHost':
      case 'forgetHost':
      case 'rotateKey':
      case 'getMediaToken':
        return this.#keyDesk().answer(request, asker);
      case 'makeBackup':
        return this.#backup(request);
      case 'hello':
        return this.#hello(request, asker, key);
      case 'hostHello':
        return this.#hostHello(request, asker);
      case 'listHosts':
        return this.#hosts.list();
      case 'deleteRoom':
        return this.#deleteRoom(request, asker, key);
      default:
        return this.#home.answer(request, { by: asker.by, key });
    }
  }

  async #hello(request: Request<'hello'>, asker: Asker, key: string | undefined): Promise<Reply> {
    if (asker.how === 'stranger') return this.#keyDesk().welcome(request, asker);
    if (asker.how === 'speaker' && asker.speakerId !== request.speakerId)
      throw new Refusal('FORBIDDEN', 'this key is that of another speaker: forget that one, and adopt this');
    return this.#home.answer(request, { by: asker.by, key });
  }

  async #hostHello(request: Request<'hostHello'>, asker: Asker): Promise<Reply> {
    if (asker.how === 'stranger') return this.#keyDesk().welcome(request, asker);
    if (asker.how === 'host' && asker.hostId !== request.hostId)
      throw new Refusal(
        'FORBIDDEN',
        'this key is that of another room host: forget that one, and adopt this',
      );
    return this.#hosts.hello(request);
  }

  async #deleteRoom(request: Request<'deleteRoom'>, asker: Asker, key: string | undefined): Promise<Reply> {
    const gone = this.#lobby.state.rooms.find((room) => sameName(room.name, request.name));
    const reply = await this.#home.answer(request, { by: asker.by, key });
    if (gone) this.#people.roomGone(gone.roomId, roomNamed(this.#lobby.state, MAIN_ROOM).roomId);
    return reply;
  }

  #keyDesk(): KeyDesk {
    if (this.#around.keys) return this.#around.keys;
    throw new Refusal('REFUSED', 'this coordinator runs with --security none: it knows no keys');
  }

  #backup(request: Request<'makeBackup'>): Promise<Reply> {
    if (this.#around.backup) return this.#around.backup(request);
    throw new Refusal('REFUSED', 'this coordinator makes no backups');
  }

  /** A room's name as it is written in the lobby; as it was asked for when there is none. */
  #nameOf(room: string): string {
    return this.#lobby.state.rooms.find(({ name }) => sameName(name, room))?.name ?? room;
  }

  /** The least role that may add to the room that is meant; to upload, to any. */
  #mayAdd(request: LobbyRequest['body']): Role {
    const { rooms } = this.#lobby.state;
    if (request.kind === 'callRoom')
      return rooms.find((room) => sameName(room.name, request.room))?.settings.mayAdd ?? 'MEMBER';
    const least = (['GUEST', 'MEMBER'] as const).find((role) =>
      rooms.some(({ settings }) => settings.mayAdd === role),
    );
    return least ?? 'ADMIN';
  }

  #note(
    action: string,
    request: LobbyRequest['body'],
    asker: Asker,
    { done, outcome }: { done: boolean; outcome: string },
  ): void {
    // Anybody can be a stranger, and would fill the history. Who tries to log in has been slowed down.
    if (asker.how === 'stranger' && request.kind !== 'login') return;
    const user = request.kind === 'login' && userNamed(this.#lobby.state.people, request.name);
    this.#history.note({
      atUnixMs: this.#around.wallMs(),
      by: user && done ? user.name : asker.by,
      room: request.kind === 'callRoom' ? this.#nameOf(request.room) : '',
      action: user && !done ? `${action} as ${user.name}` : action,
      outcome: outcome.slice(0, MAX_OUTCOME),
      done,
    });
  }
}

/** A sentence with a long title in it. */
const MAX_OUTCOME = 300;

function outcomeOf(reply: Reply): { done: boolean; outcome: string } {
  const answer = reply.kind === 'room' ? reply.body : reply;
  if (answer.kind === 'failure') return { done: false, outcome: answer.message };
  return { done: true, outcome: answer.kind === 'done' ? answer.note : '' };
}
