import { DirectoryInUseError, DirectoryLock } from '../directory-lock.ts';
import { messageOf } from '../errno.ts';
import { StorageError } from './database.ts';

/** Keeps a second coordinator off a data directory. */
export class DataDirLock {
  readonly #dataDir: string;
  readonly #lock: DirectoryLock;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#lock = new DirectoryLock(dataDir);
  }

  /** @throws {StorageError} when another coordinator has it, or it can't be written */
  start(): void {
    try {
      this.#lock.start();
    } catch (error) {
      throw new StorageError(this.#explain(error));
    }
  }

  stop(): void {
    this.#lock.stop();
  }

  #explain(error: unknown): string {
    return error instanceof DirectoryInUseError
      ? `the data directory ${this.#dataDir} is used by another jam-coordinator: stop that one, or give this one another --data-dir`
      : `the data directory ${this.#dataDir} can't be used: ${messageOf(error)}`;
  }
}
