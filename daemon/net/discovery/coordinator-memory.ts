import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import type { KnownCoordinator } from './followed-lobby.ts';

const schema = v.object({
  id: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  name: v.string(),
  host: v.pipe(v.string(), v.minLength(1)),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_435)),
});

/** Keeps which coordinator a speaker belongs to. */
export class CoordinatorMemory {
  readonly #path: string;

  /** @param path of a file in a directory that exists */
  constructor(path: string) {
    this.#path = path;
  }

  /** What was kept; something unreadable counts as nothing. */
  load(): KnownCoordinator | undefined {
    try {
      return v.parse(schema, JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** @throws the file system's errors */
  save({ id, name, host, port }: KnownCoordinator): void {
    writeFileSync(`${this.#path}.new`, `${JSON.stringify({ id, name, host, port })}\n`);
    renameSync(`${this.#path}.new`, this.#path);
  }
}
