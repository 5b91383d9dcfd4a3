import { chmod, copyFile, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { writeSynced } from '../../files.ts';
import { describeFile, FORMAT, filesBelow, MANIFEST, type Manifest } from './manifest.ts';

/** What a data directory holds that isn't copied as it is. */
const NOT_COPIED = ['tracks', 'rooms', 'backups', 'lock'];
const DATABASE = /\.db(-wal|-shm|-journal)?$/;
const UNFINISHED = /\.(tmp|new)$/;
const roomRow = v.object({ room_id: v.string() });

/**
 * Copies what a coordinator keeps, but for the tracks, into a new folder while it runs: each database as it is
 * between two changes, and of the rooms those that the lobby's database knows.
 * @param version of this Jam
 * @throws the file system's and SQLite's errors
 */
export async function takeSnapshot(
  dataDir: string,
  folder: string,
  about: Pick<Manifest, 'version' | 'madeUnixMs' | 'withTracks'>,
): Promise<Manifest> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await copyDatabase(dataDir, folder, 'lobby.db');
    for (const roomId of roomsIn(join(folder, 'lobby.db')))
      await copyDatabase(dataDir, folder, `rooms/${roomId}.db`);
    for (const path of await otherFiles(dataDir)) await copy(dataDir, folder, path);
    const files = await Promise.all((await filesBelow(folder)).map((path) => describeFile(folder, path)));
    const manifest = { format: FORMAT, ...about, files };
    await writeSynced(join(folder, MANIFEST), JSON.stringify(manifest, null, 1));
    return manifest;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

// A room that was made a moment ago may not have a database yet.
async function copyDatabase(dataDir: string, folder: string, path: string): Promise<void> {
  const entry = await lstat(join(dataDir, path)).catch(() => undefined);
  if (!entry) return;
  await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dataDir, path), { readOnly: true });
  try {
    await backup(database, join(folder, path));
  } finally {
    database.close();
  }
  settle(join(folder, path));
  await chmod(join(folder, path), entry.mode);
}

/** Has a database be one file. */
function settle(path: string): void {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = DELETE');
  database.close();
}

function roomsIn(lobbyDatabase: string): string[] {
  const database = new DatabaseSync(lobbyDatabase, { readOnly: true });
  try {
    const rows = database.prepare('SELECT room_id FROM room').all();
    return v.parse(v.array(roomRow), rows).map(({ room_id }) => room_id);
  } finally {
    database.close();
  }
}

async function otherFiles(dataDir: string): Promise<string[]> {
  const names = (await readdir(dataDir)).filter((name) => !NOT_COPIED.includes(name));
  const found: string[] = [];
  for (const name of names) {
    const entry = await lstat(join(dataDir, name));
    if (entry.isDirectory()) found.push(...(await filesBelow(dataDir, name)));
    else if (entry.isFile()) found.push(name);
  }
  return found.filter((path) => !DATABASE.test(path) && !UNFINISHED.test(path));
}

async function copy(dataDir: string, folder: string, path: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
  await copyFile(join(dataDir, path), join(folder, path));
  await chmod(join(folder, path), (await lstat(join(dataDir, path))).mode);
}
