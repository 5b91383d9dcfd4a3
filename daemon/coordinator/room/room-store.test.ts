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

test('a database of a newer Jam is refused, and left as it is', (t) => {
  const path = newPath(t);
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE future (x); PRAGMA user_version = 99');
  database.close();
  const bytes = readFileSync(path);
  const error = t.throws(() => new RoomStore(path).start(), { instanceOf: StorageError });
  t.regex(error.message, /newer Jam/);
  t.deepEqual(readFileSync(path), bytes);
});

function changed(state: RoomState, kind: string, from: number, to: number): RoomState {
  const { length } = state.queue;
  if (kind === 'add') return after(state, { kind: 'add', tracks: [trackOf(from, 5)] }, 0);
  if (from > length || to > length) return state;
  return { ...state, queue: kind === 'move' ? move(state.queue, from, to) : remove(state.queue, [from]) };
}
