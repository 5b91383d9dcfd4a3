import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from './errno.ts';

/** Another process has the directory. */
export class DirectoryInUseError extends Error {
  override name = 'DirectoryInUseError';
}

/** Keeps a directory to one process. The system lets go of it when the process ends, however. */
export class DirectoryLock {
  readonly #directory: string;
  #database: DatabaseSync | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes the directory if need be. @throws {DirectoryInUseError}; the disk's errors */
  start(): void {
    mkdirSync(this.#directory, { recursive: true });
    this.#database = new DatabaseSync(join(this.#directory, 'lock'));
    try {
      // SQLite's lock is one of the file system's, held as long as the transaction is open.
      this.#database.exec('BEGIN EXCLUSIVE');
    } catch (cause) {
      if (!messageOf(cause).includes('locked')) throw cause;
      throw new DirectoryInUseError(`another process has ${this.#directory}`, { cause });
    }
  }

  stop(): void {
    this.#database?.close();
  }
}
