import { closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../errno.ts';

/** A database can't be read or written; the message is a sentence for people. */
export class StorageError extends Error {
  override name = 'StorageError';
}

/**
 * Opens a SQLite database in which what is committed stays, whatever happens to process or power.
 * @param migrations SQL that takes the database from version i to i + 1; it may have been through some of them
 * @throws {StorageError} when it can't be opened or is of a newer Jam, which leaves it untouched
 */
export function openDatabase(path: string, migrations: readonly string[]): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true });
    refuseNewer(path, migrations.length);
    const database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 1000');
    migrate(database, migrations);
    return database;
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError(`${path} can't be opened: ${messageOf(error)}`);
  }
}

/**
 * Runs SQL statements as one: all of them are on the disk afterwards, or none.
 * @throws {StorageError} when the disk is full or fails
 */
export function transaction(database: DatabaseSync, work: () => void): void {
  try {
    database.exec('BEGIN IMMEDIATE');
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw new StorageError(`it can't be stored (${messageOf(error)}), so nothing was changed`);
  }
}

function refuseNewer(path: string, newest: number): void {
  const version = savedVersion(path);
  if (version > newest)
    throw new StorageError(
      `${path} was written by a newer Jam (version ${version}, this one knows ${newest})`,
    );
}

/** The version in a file, which isn't touched; 0 where there is none. */
function savedVersion(path: string): number {
  if (!existsSync(path)) return 0;
  // SQLite makes a log where there is none, even to read. Without one the file itself says it all.
  if (!existsSync(`${path}-wal`)) return versionInHeader(path);
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return versionOf(database);
  } finally {
    database.close();
  }
}

/** Of a database file (https://sqlite.org/fileformat.html): the user version is at byte 60, big-endian. */
function versionInHeader(path: string): number {
  const header = Buffer.alloc(64);
  const file = openSync(path, 'r');
  try {
    return readSync(file, header) === header.length ? header.readUInt32BE(60) : 0;
  } finally {
    closeSync(file);
  }
}

function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  for (let version = versionOf(database); version < migrations.length; version += 1) {
    transaction(database, () => {
      database.exec(migrations[version] ?? '');
      database.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}
