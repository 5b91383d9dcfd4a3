import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import * as lobby from '../../../protos/lobby.ts';
import * as media from '../../../protos/media.ts';
import * as people from '../../../protos/people.ts';
import * as room from '../../../protos/room.ts';
import { messageOf } from '../../errno.ts';
import { roomUs } from '../../units.ts';
import { openDatabase, StorageError, transaction } from '../database.ts';
import type { Answered } from './live-room.ts';
import type { Alive } from './resume.ts';
import type { RoomState } from './room-state.ts';

const MIGRATIONS = [
  `CREATE TABLE item (item_id TEXT PRIMARY KEY, track TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE room (one INTEGER PRIMARY KEY CHECK (one = 1), state TEXT NOT NULL, item_order TEXT NOT NULL);
   CREATE TABLE alive (one INTEGER PRIMARY KEY CHECK (one = 1), clock_id TEXT NOT NULL, room_us REAL NOT NULL, wall_ms REAL NOT NULL);`,
  `CREATE TABLE answer (
     number INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL, asked_by TEXT NOT NULL, note TEXT NOT NULL,
     UNIQUE (request_id, asked_by));
   UPDATE room SET state = json_set(state, '$.transports', json('{}'),
     '$.settings', json('{"mayAdd":"MEMBER","defaultVolume":100,"holdMs":150}'));`,
];

/** Requests whose answers are known still. */
const ANSWERS_KEPT = 1000;

const transport = v.object({
  by: v.string(),
  words: v.string(),
  acceptedRoomUs: v.number(),
  heardRoomUs: v.number(),
});

const savedState = v.object({
  roomId: v.string(),
  name: v.string(),
  timeline: room.timeline,
  before: room.timeline,
  levels: room.levels,
  members: v.array(room.member),
  nextItemNumber: v.number(),
  settings: lobby.roomSettings,
  transports: v.object({ place: v.exactOptional(transport), sound: v.exactOptional(transport) }),
  lastAction: v.exactOptional(people.historyEntry),
});
const savedRoom = v.object({ state: v.string(), item_order: v.string() });
const savedItem = v.object({ item_id: v.string(), track: v.string() });
const savedNote = v.optional(v.object({ note: v.string() }));
const savedAlive = v.object({ clock_id: v.string(), room_us: v.number(), wall_ms: v.number() });

/** A room on disk. What save() returned from stays, whatever happens to process or power. */
export class RoomStore {
  readonly #path: string;
  #database: DatabaseSync | undefined;
  /** What is on the disk. */
  #saved: RoomState | undefined;

  /** @param path of the room's SQLite file */
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

  /**
   * The room as last saved, and when it was last alive; undefined for a new one.
   * @throws {StorageError} when what is there can't be read
   */
  load(): { state: RoomState; alive: Alive } | undefined {
    try {
      return this.#read();
    } catch (error) {
      throw new StorageError(`${this.#path} can't be read: ${messageOf(error)}`);
    }
  }

  /**
   * Saves the room, and with it that a request was done.
   * @throws {StorageError} when the disk is full or fails; what is saved is then as before
   */
  save(state: RoomState, answered?: Answered): void {
    const from = this.#saved;
    transaction(this.#opened(), () => {
      const orderChanged = state.queue !== from?.queue;
      if (orderChanged) this.#saveItems(from?.queue ?? [], state.queue);
      const { queue, ...rest } = state;
      const sql = orderChanged
        ? 'INSERT INTO room VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, item_order = excluded.item_order'
        : 'UPDATE room SET state = ?';
      const order = orderChanged ? [JSON.stringify(queue.map((item) => item.itemId))] : [];
      this.#opened()
        .prepare(sql)
        .run(JSON.stringify(rest), ...order);
      if (answered) this.#saveAnswer(answered);
    });
    this.#saved = state;
  }

  /**
   * The note that a request was answered with, if it is one of the last 1,000 that were done.
   * @throws {StorageError} when it can't be read
   */
  noteOf({ requestId, by }: Pick<Answered, 'requestId' | 'by'>): string | undefined {
    try {
      const find = this.#opened().prepare('SELECT note FROM answer WHERE request_id = ? AND asked_by = ?');
      return v.parse(savedNote, find.get(requestId, by))?.note;
    } catch (error) {
      throw new StorageError(`${this.#path} can't be read: ${messageOf(error)}`);
    }
  }

  /**
   * Notes that the room is alive; cheap, and may be lost when the power goes.
   * @throws {StorageError} when the disk is full or fails
   */
  saveAlive({ clockId, roomUs, wallMs }: Alive): void {
    const database = this.#opened();
    database.exec('PRAGMA synchronous = NORMAL');
    try {
      transaction(database, () => {
        database.prepare('INSERT OR REPLACE INTO alive VALUES (1, ?, ?, ?)').run(clockId, roomUs, wallMs);
      });
    } finally {
      database.exec('PRAGMA synchronous = FULL');
    }
  }

  #read(): { state: RoomState; alive: Alive } | undefined {
    const row = this.#opened().prepare('SELECT state, item_order FROM room').get();
    const alive = this.#opened().prepare('SELECT clock_id, room_us, wall_ms FROM alive').get();
    if (!row) return undefined;
    const { state, item_order } = v.parse(savedRoom, row);
    const room = { ...v.parse(savedState, JSON.parse(state)), queue: this.#readQueue(item_order) };
    this.#saved = room;
    return { state: room, alive: alive ? aliveOf(alive) : aliveAtAnchor(room) };
  }

  #readQueue(itemOrder: string): RoomState['queue'] {
    const rows = this.#opened().prepare('SELECT item_id, track FROM item').all();
    const tracks = new Map(rows.map((row) => v.parse(savedItem, row)).map((row) => [row.item_id, row.track]));
    return v.parse(v.array(v.string()), JSON.parse(itemOrder)).map((itemId) => {
      return { itemId, track: v.parse(media.track, JSON.parse(tracks.get(itemId) ?? 'null')) };
    });
  }

  #saveItems(from: RoomState['queue'], to: RoomState['queue']): void {
    const before = new Set(from.map((item) => item.itemId));
    const after = new Set(to.map((item) => item.itemId));
    const remove = this.#opened().prepare('DELETE FROM item WHERE item_id = ?');
    const insert = this.#opened().prepare('INSERT INTO item VALUES (?, ?)');
    for (const itemId of before) if (!after.has(itemId)) remove.run(itemId);
    for (const item of to) if (!before.has(item.itemId)) insert.run(item.itemId, JSON.stringify(item.track));
  }

  #saveAnswer({ requestId, by, note }: Answered): void {
    const insert = this.#opened().prepare('INSERT INTO answer (request_id, asked_by, note) VALUES (?, ?, ?)');
    const { lastInsertRowid } = insert.run(requestId, by, note);
    this.#opened()
      .prepare('DELETE FROM answer WHERE number <= ?')
      .run(Number(lastInsertRowid) - ANSWERS_KEPT);
  }

  #opened(): DatabaseSync {
    if (!this.#database) throw new StorageError(`${this.#path} is not open`);
    return this.#database;
  }
}

function aliveOf(row: unknown): Alive {
  const { clock_id, room_us, wall_ms } = v.parse(savedAlive, row);
  return { clockId: clock_id, roomUs: roomUs(room_us), wallMs: wall_ms };
}

// Where being alive could never be saved: at least it was when the last command was.
function aliveAtAnchor({ timeline }: RoomState): Alive {
  return { clockId: timeline.clockId, roomUs: roomUs(timeline.anchorRoomUs), wallMs: Date.now() };
}
