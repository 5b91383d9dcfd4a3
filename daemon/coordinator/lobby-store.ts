import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { role } from '../../protos/people.ts';
import { messageOf } from '../errno.ts';
import { ANSWERED_TABLE, readAnswered, writeAnswered } from './answered-table.ts';
import { openDatabase, StorageError, transaction } from './database.ts';
import type { LobbyHost } from './hosts/lobby-hosts.ts';
import type { LobbyRoom, LobbySpeaker, LobbyState } from './lobby.ts';
import type { History } from './people/history.ts';
import { HISTORY_TABLE, readHistory, writeHistory } from './people/history-table.ts';
import { PEOPLE_TABLES, readPeople, writePeople } from './people/people-tables.ts';
import type { Answered } from './repeats.ts';

/** The part of the lobby that outlives it. */
export type SavedLobby = Pick<LobbyState, 'rooms' | 'speakers' | 'hosts' | 'people'>;

const MIGRATIONS = [
  `CREATE TABLE room (room_id TEXT PRIMARY KEY, name TEXT NOT NULL, slot INTEGER NOT NULL UNIQUE);
   CREATE TABLE speaker (
     speaker_id TEXT PRIMARY KEY, name TEXT NOT NULL, announced_name TEXT NOT NULL,
     room_id TEXT NOT NULL REFERENCES room, volume INTEGER NOT NULL, muted INTEGER NOT NULL,
     delay_us REAL NOT NULL, announced_delay_us REAL, version TEXT NOT NULL, device TEXT NOT NULL);`,
  `ALTER TABLE room ADD COLUMN may_add TEXT NOT NULL DEFAULT 'MEMBER';
   ALTER TABLE room ADD COLUMN default_volume INTEGER NOT NULL DEFAULT 100;
   ALTER TABLE room ADD COLUMN hold_ms INTEGER NOT NULL DEFAULT 150;
   ${PEOPLE_TABLES}${HISTORY_TABLE}${ANSWERED_TABLE}`,
  `CREATE TABLE host (
     host_id TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, port INTEGER NOT NULL,
     version TEXT NOT NULL, clock_id TEXT NOT NULL);
   ALTER TABLE room ADD COLUMN host_id TEXT;`,
];

const roomRow = v.pipe(
  v.object({
    room_id: v.string(),
    name: v.string(),
    slot: v.number(),
    may_add: role,
    default_volume: v.number(),
    hold_ms: v.number(),
    host_id: v.nullable(v.string()),
  }),
  v.transform(
    ({ room_id, name, slot, may_add, default_volume, hold_ms, host_id }): LobbyRoom => ({
      roomId: room_id,
      name,
      slot,
      settings: { mayAdd: may_add, defaultVolume: default_volume, holdMs: hold_ms },
      ...(host_id !== null && { hostId: host_id }),
    }),
  ),
);
const speakerRow = v.pipe(
  v.object({
    speaker_id: v.string(),
    name: v.string(),
    announced_name: v.string(),
    room_id: v.string(),
    volume: v.number(),
    muted: v.number(),
    delay_us: v.number(),
    announced_delay_us: v.nullable(v.number()),
    version: v.string(),
    device: v.string(),
  }),
  v.transform(
    (row): LobbySpeaker => ({
      speakerId: row.speaker_id,
      name: row.name,
      announcedName: row.announced_name,
      roomId: row.room_id,
      volume: row.volume,
      muted: row.muted !== 0,
      delayUs: row.delay_us,
      announcedDelayUs: row.announced_delay_us ?? undefined,
      version: row.version,
      device: row.device,
    }),
  ),
);

const hostRow = v.pipe(
  v.object({
    host_id: v.string(),
    name: v.string(),
    address: v.string(),
    port: v.number(),
    version: v.string(),
    clock_id: v.string(),
  }),
  v.transform(({ host_id, clock_id, ...row }): LobbyHost => ({ hostId: host_id, clockId: clock_id, ...row })),
);

/** The lobby on disk. What save() returned from stays, whatever happens to process or power. */
export class LobbyStore {
  readonly #path: string;
  #database: DatabaseSync | undefined;
  /** The people that are on the disk. */
  #people: SavedLobby['people'] | undefined;

  /** @param path of the SQLite file */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {StorageError} when it can't be opened or is of a newer Jam */
  start(): void {
    this.#database = openDatabase(this.#path, MIGRATIONS);
  }

  stop(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  /** @throws {StorageError} when what is there can't be read */
  load(): SavedLobby {
    const lobby = this.#read((database) => ({
      rooms: v.parse(v.array(roomRow), database.prepare('SELECT * FROM room ORDER BY slot').all()),
      speakers: v.parse(v.array(speakerRow), database.prepare('SELECT * FROM speaker').all()),
      hosts: v.parse(v.array(hostRow), database.prepare('SELECT * FROM host').all()),
      people: readPeople(database),
    }));
    this.#people = lobby.people;
    return lobby;
  }

  /**
   * @param answered the request that made it so, which is remembered with it
   * @throws {StorageError} when the disk is full or fails; the saved lobby is then as before
   */
  save({ rooms, speakers, hosts, people }: SavedLobby, answered?: Answered): void {
    const database = this.#opened();
    transaction(database, () => {
      writeRooms(database, rooms, speakers);
      writeHosts(database, hosts);
      if (people !== this.#people) writePeople(database, people);
      if (answered) writeAnswered(database, answered);
    });
    this.#people = people;
  }

  /** The requests that were answered, oldest first. @throws {StorageError} when what is there can't be read */
  answered(): Answered[] {
    return this.#read(readAnswered);
  }

  /** @throws {StorageError} when what is there can't be read */
  history(): History {
    return this.#read(readHistory);
  }

  /** Adds entries to the history, or replaces those of their numbers. @throws {StorageError} */
  saveHistory(entries: History): void {
    const database = this.#opened();
    transaction(database, () => writeHistory(database, entries));
  }

  #read<T>(read: (database: DatabaseSync) => T): T {
    const database = this.#opened();
    try {
      return read(database);
    } catch (error) {
      throw new StorageError(`${this.#path} can't be read: ${messageOf(error)}`);
    }
  }

  #opened(): DatabaseSync {
    if (!this.#database) throw new StorageError(`${this.#path} is not open`);
    return this.#database;
  }
}

function writeRooms(
  database: DatabaseSync,
  rooms: readonly LobbyRoom[],
  speakers: readonly LobbySpeaker[],
): void {
  database.exec('DELETE FROM speaker; DELETE FROM room');
  const room = database.prepare('INSERT INTO room VALUES (?, ?, ?, ?, ?, ?, ?)');
  for (const { roomId, name, slot, settings, hostId } of rooms)
    room.run(roomId, name, slot, settings.mayAdd, settings.defaultVolume, settings.holdMs, hostId ?? null);
  const speaker = database.prepare('INSERT INTO speaker VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (const one of speakers) speaker.run(...speakerValues(one));
}

function writeHosts(database: DatabaseSync, hosts: readonly LobbyHost[]): void {
  database.exec('DELETE FROM host');
  const host = database.prepare('INSERT INTO host VALUES (?, ?, ?, ?, ?, ?)');
  for (const { hostId, name, address, port, version, clockId } of hosts)
    host.run(hostId, name, address, port, version, clockId);
}

function speakerValues(speaker: LobbySpeaker) {
  const { speakerId, name, announcedName, roomId, volume, muted } = speaker;
  const { delayUs, announcedDelayUs, version, device } = speaker;
  const settings = [volume, muted ? 1 : 0, delayUs, announcedDelayUs ?? null];
  return [speakerId, name, announcedName, roomId, ...settings, version, device];
}
