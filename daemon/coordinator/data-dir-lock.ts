import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../errno.ts';
import { StorageError } from './database.ts';

/** Keeps a second coordinator off a data directory. The system lets go of it when the process ends, however. */
export class DataDirLock {
  readonly #dataDir: string;
  #database: DatabaseSync | undefined;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** @throws {StorageError} when another coordinator has it, or it can't be written */
  start(): void {
    const path = join(this.#dataDir, 'lock');
    try {
      mkdirSync(this.#dataDir, { recursive: true });
      this.#database = new DatabaseSync(path);
      // SQLite's lock is one of the file system's, held as long as the transaction is open.
      this.#database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      throw new StorageError(this.#explain(messageOf(error)));
    }
  }

  stop(): void {
    this.#database?.close();
  }

  #explain(reason: string): string {
    return reason.includes('locked')
      ? `the data directory ${this.#dataDir} is used by another jam-coordinator: stop that one, or give this one another --data-dir`
      : `the data directory ${this.#dataDir} can't be used: ${reason}`;
  }
}
