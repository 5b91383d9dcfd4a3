import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { newKeyPair } from '../security/keys.ts';
import { writeAnswered } from './answered-table.ts';
import { StorageError, transaction } from './database.ts';
import { DEFAULT_SETTINGS } from './lobby.ts';
import { LobbyStore, type SavedLobby } from './lobby-store.ts';
import { HISTORY_LIMIT } from './people/history.ts';
import { nobody } from './people/people.ts';
import { ANSWERED_LIMIT, answeredOf } from './repeats.ts';

const kitchen = {
  speakerId: 's1',
  name: 'kitchen',
  announcedName: 'pi',
  roomId: 'r0',
  volume: 40,
  muted: true,
  delayUs: 1500,
  announcedDelayUs: undefined,
  version: '1',
  device: 'hw:0',
};
const lobby: SavedLobby = {
  rooms: [
    { roomId: 'r0', name: 'main', slot: 0, settings: DEFAULT_SETTINGS },
    { roomId: 'r1', name: 'Küche', slot: 2, settings: { mayAdd: 'GUEST', defaultVolume: 30, holdMs: 0 } },
    { roomId: 'r2', name: 'loft', slot: 3, settings: DEFAULT_SETTINGS, hostId: 'h1' },
  ],
  speakers: [kitchen],
  hosts: [{ hostId: 'h1', name: 'shed', address: '10.0.0.9', port: 7500, version: '1', clockId: 'c' }],
  people: {
    users: [
      {
        name: 'Anna',
        role: 'ADMIN',
        password: { salt: '01', hash: '02', cost: 16_384, blockSize: 8, parallelization: 5 },
      },
    ],
    sessions: [
      {
        sessionId: '1f9a03c2',
        name: 'Anna',
        key: newKeyPair().publicKey,
        client: 'desk',
        createdMs: 1000.5,
        lastSeenMs: 2000,
      },
    ],
    firstCode: '',
  },
};
const entry = (number: number) => ({
  number,
  atUnixMs: 1.5,
  by: 'Anna',
  room: '',
  action: `room create ${number}`,
  outcome: '',
  done: number % 2 === 0,
});

function newPath(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'jam-lobby-store-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'lobby.db');
}

function opened(t: ExecutionContext, path: string): LobbyStore {
  const store = new LobbyStore(path);
  store.start();
  t.teardown(() => store.stop());
  return store;
}

test('what was saved last is loaded, whole', (t) => {
  const path = newPath(t);
  opened(t, path).save(lobby);
  t.deepEqual(opened(t, path).load(), lobby);
});

test('people who did not change are left as they are when rooms do', (t) => {
  const path = newPath(t);
  const store = opened(t, path);
  store.save(lobby);
  store.save({ ...lobby, speakers: [] });
  t.deepEqual(opened(t, path).load(), { ...lobby, speakers: [] });
});

test('a first code is kept until it is gone', (t) => {
  const path = newPath(t);
  const store = opened(t, path);
  store.save({ ...lobby, people: { ...nobody, firstCode: 'abcd-efgh' } });
  t.is(opened(t, path).load().people.firstCode, 'abcd-efgh');
  store.save({ ...lobby, people: nobody });
  t.is(opened(t, path).load().people.firstCode, '');
});

test('the history is kept, its newest thousand', (t) => {
  const path = newPath(t);
  const store = opened(t, path);
  store.saveHistory([entry(1), entry(2)]);
  store.saveHistory([{ ...entry(2), outcome: 'again' }, entry(3)]);
  t.deepEqual(opened(t, path).history(), [entry(1), { ...entry(2), outcome: 'again' }, entry(3)]);
  store.saveHistory([entry(HISTORY_LIMIT + 2)]);
  t.deepEqual(
    store.history().map(({ number }) => number),
    [3, HISTORY_LIMIT + 2],
  );
});

test('what was answered is remembered with the change, and only with it', (t) => {
  const path = newPath(t);
  const store = opened(t, path);
  const answered = answeredOf('request 1', { kind: 'done', note: 'so' });
  store.save(lobby, answered);
  t.deepEqual(
    opened(t, path)
      .answered()
      .map(({ request }) => request),
    ['request 1'],
  );
  const twice = { ...lobby, rooms: [...lobby.rooms, ...lobby.rooms] };
  t.throws(() => store.save(twice, answeredOf('request 2', { kind: 'done', note: '' })), {
    instanceOf: StorageError,
  });
  t.is(opened(t, path).answered().length, 1);
  t.deepEqual(opened(t, path).load(), lobby);
});

test('so many answers are remembered, and the oldest go', (t) => {
  const path = newPath(t);
  const store = opened(t, path);
  const database = new DatabaseSync(path);
  transaction(database, () => {
    for (let i = 0; i < ANSWERED_LIMIT + 3; i += 1)
      writeAnswered(database, answeredOf(`request ${i}`, { kind: 'done', note: '' }));
  });
  database.close();
  const kept = store.answered();
  t.is(kept.length, ANSWERED_LIMIT);
  t.is(kept[0]?.request, 'request 3');
});

// As Jam had it before there were people.
const VERSION_1 = `
  CREATE TABLE room (room_id TEXT PRIMARY KEY, name TEXT NOT NULL, slot INTEGER NOT NULL UNIQUE);
  CREATE TABLE speaker (
    speaker_id TEXT PRIMARY KEY, name TEXT NOT NULL, announced_name TEXT NOT NULL,
    room_id TEXT NOT NULL REFERENCES room, volume INTEGER NOT NULL, muted INTEGER NOT NULL,
    delay_us REAL NOT NULL, announced_delay_us REAL, version TEXT NOT NULL, device TEXT NOT NULL);
  INSERT INTO room VALUES ('r0', 'main', 0), ('r1', 'Küche', 2);
  INSERT INTO speaker VALUES ('s1', 'kitchen', 'pi', 'r0', 40, 1, 1500, NULL, '1', 'hw:0');
  PRAGMA user_version = 1;`;

test('a database of the version before is taken forward with all that is in it', (t) => {
  const path = newPath(t);
  const old = new DatabaseSync(path);
  old.exec(VERSION_1);
  old.close();
  const store = opened(t, path);
  t.deepEqual(store.load(), {
    rooms: [
      { roomId: 'r0', name: 'main', slot: 0, settings: DEFAULT_SETTINGS },
      { roomId: 'r1', name: 'Küche', slot: 2, settings: DEFAULT_SETTINGS },
    ],
    speakers: [kitchen],
    hosts: [],
    people: nobody,
  });
  t.deepEqual(store.history(), []);
  store.save(lobby);
  t.deepEqual(opened(t, path).load(), lobby);
});

test('a database of a newer Jam is refused with that reason, and not a byte of it changes', (t) => {
  const path = newPath(t);
  const newer = new DatabaseSync(path);
  newer.exec(`${VERSION_1} PRAGMA user_version = 99; CREATE TABLE wonder (what TEXT)`);
  newer.close();
  const before = readFileSync(path);
  t.throws(() => new LobbyStore(path).start(), {
    instanceOf: StorageError,
    message: /newer Jam \(version 99/,
  });
  t.deepEqual(readFileSync(path), before);
});
