import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../errno.ts';
import { changeLobby, type LobbyChange, type LobbyState, MAIN_ROOM, membersOf, settingsOf } from './lobby.ts';
import type { SavedLobby } from './lobby-store.ts';
import { nobody, type PeopleState } from './people/people.ts';
import type { Answered } from './repeats.ts';
import type { RoomHost } from './room-child.ts';
import { RoomSupervisor } from './room-supervisor.ts';

/** Where the lobby is kept; see LobbyStore. */
export interface LobbyRecords {
  /** @throws {StorageError} when what is there can't be read */
  load(): SavedLobby;
  /** What it has returned from stays. @throws {StorageError} when it can't be saved: it's then as before */
  save(lobby: SavedLobby, answered?: Answered): void;
}

/** The lobby at its disk and its clock, and the room processes as it wants them. */
export class LiveLobby {
  readonly rooms: RoomSupervisor;
  readonly #store: LobbyRecords;
  readonly #host: RoomHost;
  readonly #newId: () => string;
  #state: LobbyState;

  /**
   * @param store is open, and stays the caller's to close
   * @param newId gives an id that no room has had
   */
  constructor(store: LobbyRecords, host: RoomHost, newId: () => string) {
    this.#store = store;
    this.#host = host;
    this.#newId = newId;
    this.#state = {
      rooms: [],
      speakers: [],
      hosts: [],
      people: nobody,
      lastHelloUs: new Map(),
      startedUs: host.clock(),
    };
    this.rooms = new RoomSupervisor(host, {
      members: (roomId) => membersOf(this.#state, roomId),
      settings: (roomId) => settingsOf(this.#state, roomId),
    });
  }

  get state(): LobbyState {
    return this.#state;
  }

  /** @throws {StorageError} when the saved lobby can't be read, or a new one can't be saved */
  async start(): Promise<void> {
    this.#state = { ...this.#state, ...this.#store.load() };
    if (this.#state.rooms.length === 0) {
      const first = this.plan({ kind: 'createRoom', name: MAIN_ROOM });
      this.#store.save(first);
      this.#state = first;
    }
    await this.rooms.start(this.#state.rooms);
  }

  async stop(): Promise<void> {
    await this.rooms.stop();
  }

  /** What a change would lead to. @throws {Refusal} when it can't be done */
  plan(change: LobbyChange): LobbyState {
    return changeLobby(this.#state, change, this.#host.clock(), this.#newId());
  }

  /**
   * Makes a change. It's on the disk before anyone hears of it.
   * @param answered the request that asks for it, remembered with it
   * @throws {Refusal} when it can't be done; {StorageError} when the disk is full or fails
   */
  async change(change: LobbyChange, answered?: Answered): Promise<void> {
    const from = this.#state;
    const to = this.plan(change);
    const isNew = (['rooms', 'speakers', 'hosts'] as const).some((part) => to[part] !== from[part]);
    if (isNew) this.#store.save(to, answered);
    this.#state = to;
    if (isNew) await this.#follow(from, to);
  }

  /** As change(), of the home's people. @throws {StorageError} when the disk is full or fails */
  setPeople(people: PeopleState, answered?: Answered): void {
    const to = { ...this.#state, people };
    this.#store.save(to, answered);
    this.#state = to;
  }

  /** As setPeople(), of what may be lost: a full disk keeps nobody out. */
  notePeople(people: PeopleState): void {
    this.#state = { ...this.#state, people };
    try {
      this.#store.save(this.#state);
    } catch (error) {
      this.#host.logger.warn(`when a session was last used is not saved: ${messageOf(error)}`);
    }
  }

  async #follow(from: LobbyState, to: LobbyState): Promise<void> {
    const before = new Map(from.rooms.map((room) => [room.roomId, room]));
    for (const room of to.rooms) {
      const known = before.get(room.roomId);
      if (!known) this.rooms.add(room);
      else if (known.name !== room.name) this.rooms.rename(room);
      if (known && !isDeepStrictEqual(membersOf(from, room.roomId), membersOf(to, room.roomId)))
        this.rooms.tellMembers(room.roomId);
      if (known && known.settings !== room.settings) this.rooms.tellSettings(room.roomId);
      before.delete(room.roomId);
    }
    await Promise.all([...before.keys()].map((roomId) => this.rooms.remove(roomId)));
  }
}
