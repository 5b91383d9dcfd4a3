import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { roomUs } from '../../units.ts';
import { StorageError } from '../database.ts';
import { move, remove } from './queue.ts';
import { after, emptyRoom, trackOf } from './room.fixture.ts';
import type { RoomState } from './room-state.ts';
import { RoomStore } from './room-store.ts';

const alive = { clockId: 'clock-1', roomUs: roomUs(5e6), wallMs: 1234 };

function newPath(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'jam-room-store-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'room.db');
}

function opened(t: ExecutionContext, path: string): RoomStore {
  const store = new RoomStore(path);
  store.start();
  t.teardown(() => store.stop());
  return store;
}

test('a new store holds no room', (t) => {
  t.is(opened(t, newPath(t)).load(), undefined);
});

test('what was saved last is loaded, to the last bit', (t) => {
  const path = newPath(t);
  const store = opened(t, path);
  const added = after(emptyRoom(), { kind: 'add', tracks: [1, 2, 3].map((n) => trackOf(n, 10)) }, 0);
  const sought = after(added, { kind: 'seek', seconds: 1 / 3, relative: false }, 1 / 7);
  for (const state of [added, sought]) store.save(state);
  store.saveAlive(alive);
  t.deepEqual(opened(t, path).load(), { state: sought, alive });
});

test('a queue of 10,000 is saved and loaded', (t) => {
  const path = newPath(t);
  const tracks = Array.from({ length: 10_000 }, (_, n) => trackOf(n, 10));
  const state = after(emptyRoom(), { kind: 'add', tracks }, 0);
  opened(t, path).save(state);
  t.deepEqual(opened(t, path).load()?.state.queue, state.queue);
});

test('whatever happens to the queue, the store follows', (t) => {
  const position = fc.integer({ min: 1, max: 4 });
  const change = fc.tuple(fc.constantFrom('add', 'remove', 'move'), position, position);
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const path = newPath(t);
      const store = opened(t, path);
      let state: RoomState = emptyRoom();
      store.save(state);
      for (const [kind, from, to] of changes) {
        state = changed(state, kind, from, to);
        store.save(state);
      }
      t.deepEqual(opened(t, path).load()?.state, state);
    }),
    { numRuns: 20 },
  );
});

test('a request is answered as before while it is among the last 1,000 of those that were done', (t) => {
  const path = newPath(t);
  const store = opened(t, path);
  const request = (n: number) => ({ requestId: `r${n}`, by: 'anna' });
  const database = new DatabaseSync(path);
  database.exec('BEGIN');
  const insert = database.prepare('INSERT INTO answer (request_id, asked_by, note) VALUES (?, ?, ?)');
  for (let n = 0; n < 1009; n += 1) insert.run(`r${n}`, 'anna', `note ${n}`);
  database.exec('COMMIT');
  database.close();
  store.save(emptyRoom(), { ...request(1009), note: 'note 1009' });
  const again = opened(t, path);
  t.is(again.noteOf(request(1009)), 'note 1009');
  t.is(again.noteOf(request(10)), 'note 10');
  t.is(again.noteOf(request(9)), undefined);
  t.is(again.noteOf({ ...request(1009), by: 'bob' }), undefined, "an id is its asker's own");
});

test('an answer is only there if what it says was saved', (t) => {
  const path = newPath(t);
  const store = opened(t, path);
  store.save(emptyRoom(), { requestId: 'r1', by: '', note: 'first' });
  const changed = after(emptyRoom(), { kind: 'add', tracks: [trackOf(1, 10)] }, 0);
  // The same request again can't be noted: then nothing is saved.
  t.throws(() => store.save(changed, { requestId: 'r1', by: '', note: 'second' }), {
    instanceOf: StorageError,
  });
  t.deepEqual(opened(t, path).load()?.state, emptyRoom());
  t.is(opened(t, path).noteOf({ requestId: 'r1', by: '' }), 'first');
});

test('a room of version 1 is taken over with all it holds', (t) => {
  const path = newPath(t);
  const state = after(emptyRoom(), { kind: 'add', tracks: [trackOf(1, 10), trackOf(2, 10)] }, 0);
  const { queue, settings, transports, ...rest } = state;
  const database = new DatabaseSync(path);
  database.exec(`
    CREATE TABLE item (item_id TEXT PRIMARY KEY, track TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE room (one INTEGER PRIMARY KEY CHECK (one = 1), state TEXT NOT NULL, item_order TEXT NOT NULL);
    CREATE TABLE alive (one INTEGER PRIMARY KEY CHECK (one = 1), clock_id TEXT NOT NULL, room_us REAL NOT NULL, wall_ms REAL NOT NULL);
    INSERT INTO alive VALUES (1, 'clock-1', 5e6, 1234);
    PRAGMA user_version = 1`);
  const order = JSON.stringify(queue.map(({ itemId }) => itemId));
  database.prepare('INSERT INTO room VALUES (1, ?, ?)').run(JSON.stringify(rest), order);
  const item = database.prepare('INSERT INTO item VALUES (?, ?)');
  for (const { itemId, track } of queue) item.run(itemId, JSON.stringify(track));
  database.close();
  const store = opened(t, path);
  t.deepEqual(store.load(), { state, alive });
  store.save(state, { requestId: 'r1', by: '', note: 'done' });
  t.is(store.noteOf({ requestId: 'r1', by: '' }), 'done');
});

test('a database of a newer Jam is refused, and all its files are left as they are', (t) => {
  const path = newPath(t);
  const database = new DatabaseSync(path);
  // As a Jam that was killed leaves it: the version is in the write-ahead log alone.
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE future (x); PRAGMA user_version = 99');
  const files = () =>
    ['', '-wal'].map((suffix) =>
      createHash('sha256')
        .update(readFileSync(path + suffix))
        .digest('hex'),
    );
  const before = files();
  const error = t.throws(() => new RoomStore(path).start(), { instanceOf: StorageError });
  t.regex(error.message, /newer Jam \(version 99, this one knows 2\)/);
  t.deepEqual(files(), before);
  database.close();
  const closed = readFileSync(path);
  t.throws(() => new RoomStore(path).start(), { instanceOf: StorageError });
  t.deepEqual(readFileSync(path), closed);
});

function changed(state: RoomState, kind: string, from: number, to: number): RoomState {
  const { length } = state.queue;
  if (kind === 'add') return after(state, { kind: 'add', tracks: [trackOf(from, 5)] }, 0);
  if (from > length || to > length) return state;
  return { ...state, queue: kind === 'move' ? move(state.queue, from, to) : remove(state.queue, [from]) };
}
