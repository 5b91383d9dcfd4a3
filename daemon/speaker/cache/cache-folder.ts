import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { Logger } from '../../logger.ts';
import type { CacheEntry } from './cache-policy.ts';
import { ChunkMap } from './chunk-map.ts';

/** The endings of a track's files: whole, incomplete, the map of what it has, its index; and unfinished writes. */
const ownName = /^([0-9a-f]{64})(|\.part|\.chunks|\.index|\.chunks\.tmp|\.index\.tmp)$/;
const endings = ['', '.part', '.chunks', '.index'];

/** The cache's folder: which tracks have files in it, how much they take and when they were last used. */
export class CacheFolder {
  readonly path: string;
  readonly #log: Logger;
  readonly #entries = new Map<string, CacheEntry>();

  constructor(path: string, log: Logger) {
    this.path = path;
    this.#log = log;
  }

  get entries(): CacheEntry[] {
    return [...this.#entries.values()];
  }

  /** Makes the folder, or takes stock of it and removes what is damaged in it. @throws the disk's errors */
  async start(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    const files = new Map<string, Set<string>>();
    for (const name of await readdir(this.path)) {
      const [, hash, ending] = ownName.exec(name) ?? [];
      if (hash === undefined || ending === undefined) continue;
      files.set(hash, (files.get(hash) ?? new Set()).add(ending));
    }
    let damaged = 0;
    for (const [hash, found] of files) damaged += await this.#takeStock(hash, found);
    if (damaged > 0) this.#log.warn(`${damaged} damaged files were removed from the cache ${this.path}`);
  }

  /** Notes what a track takes on the disk, and that it was used. */
  note(hash: string, diskBytes: number, usedMs: number): void {
    this.#entries.set(hash, { hash, diskBytes, lastUsedMs: usedMs });
  }

  /** No longer counts a track, as its files are about to be removed. */
  forget(hash: string): void {
    this.#entries.delete(hash);
  }

  /** Removes all of a track's files. @throws the disk's errors */
  async remove(hash: string): Promise<void> {
    for (const ending of endings) await rm(this.#file(hash, ending), { force: true });
  }

  /** Returns how many files were removed. */
  async #takeStock(hash: string, found: ReadonlySet<string>): Promise<number> {
    const whole = found.has('') ? await sizeOf(this.#file(hash, '')) : undefined;
    const isPart = !whole && (await this.#isPartSound(hash, found));
    const good = [...(whole ? [''] : []), ...(isPart ? ['.part', '.chunks'] : []), '.index'];
    const bad = [...found].filter((ending) => !good.includes(ending));
    for (const ending of bad) await rm(this.#file(hash, ending), { force: true });
    for (const ending of found) {
      if (bad.includes(ending) || ending === '.chunks') continue;
      await this.#count(hash, ending);
    }
    return bad.length;
  }

  async #count(hash: string, ending: string): Promise<void> {
    const { blocks, mtimeMs } = await stat(this.#file(hash, ending));
    const known = this.#entries.get(hash);
    // A sparse file takes less than its size; blocks are of 512 bytes.
    const diskBytes = (known?.diskBytes ?? 0) + blocks * 512;
    this.note(hash, diskBytes, Math.max(known?.lastUsedMs ?? 0, mtimeMs));
  }

  /** An incomplete track is sound when its map can be read and its file reaches as far as the map says. */
  async #isPartSound(hash: string, found: ReadonlySet<string>): Promise<boolean> {
    if (!found.has('.part') || !found.has('.chunks')) return false;
    const map = ChunkMap.decode(await readFile(this.#file(hash, '.chunks')));
    if (!map) return false;
    let end = 0;
    for (let chunk = 0; chunk < map.chunks; chunk++) if (map.has(chunk)) end = map.range(chunk).to;
    return (await sizeOf(this.#file(hash, '.part'))) >= end;
  }

  #file(hash: string, ending: string): string {
    return `${this.path}/${hash}${ending}`;
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}
