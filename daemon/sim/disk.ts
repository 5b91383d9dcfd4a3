import { StorageError } from '../coordinator/database.ts';
import type { Process } from './host.ts';

/** What a program kept, and whether the disk takes more. Only what was kept is there after a crash. */
export class Disk<T> {
  /** Nothing can be written. */
  isFull = false;
  /** Called at the next write: the program dies just before, or just after, it is on the disk. */
  crash: { readonly when: 'before' | 'after'; readonly kill: () => void } | undefined;
  #kept: T | undefined;

  get kept(): T | undefined {
    return this.#kept;
  }

  /** @throws {StorageError} when it can't be written, or the program that writes is dead */
  write(writer: Process, value: T): void {
    if (!writer.isAlive) throw new StorageError('the simulated program has died');
    if (this.isFull) throw new StorageError('the simulated disk is full');
    const { crash } = this;
    this.crash = undefined;
    if (crash?.when !== 'before') this.#kept = value;
    if (!crash) return;
    crash.kill();
    throw new StorageError('the simulated program has died');
  }

  erase(): void {
    this.#kept = undefined;
  }
}
