import { readFile, rm } from 'node:fs/promises';
import { TrackIndex } from '../../../protos/index.ts';
import { messageOf } from '../../errno.ts';
import { unlessMissing, writeAtomically } from '../../files.ts';
import type { Logger } from '../../logger.ts';
import { FetchError } from './fetcher.ts';

/** The indexes of tracks: in memory, in the cache's folder as HASH.index, and waited for. */
export class TrackIndexes {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #onWait: () => void;
  readonly #known = new Map<string, TrackIndex>();
  readonly #notOnDisk = new Set<string>();
  readonly #waits = new Map<string, Set<PromiseWithResolvers<TrackIndex>>>();

  /** @param onWait called when somebody has begun to wait for an index, or one is known to be missing */
  constructor(folder: string, log: Logger, onWait: () => void) {
    this.#folder = folder;
    this.#log = log;
    this.#onWait = onWait;
  }

  /** Resolves when the index is there. @throws the signal's reason, or that of failAll() */
  async get(hash: string, signal?: AbortSignal): Promise<TrackIndex> {
    signal?.throwIfAborted();
    const known = this.#known.get(hash);
    if (known) return known;
    const wait = Promise.withResolvers<TrackIndex>();
    const onAbort = () => wait.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const waits = this.#waits.get(hash) ?? new Set();
    this.#waits.set(hash, waits.add(wait));
    void this.look(hash);
    try {
      return await wait.promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      waits.delete(wait);
      if (waits.size === 0) this.#waits.delete(hash);
    }
  }

  /** Looks for an index on the disk, so that it is known whether it is missing. */
  async look(hash: string): Promise<void> {
    if (this.#known.has(hash)) return;
    if (!this.#notOnDisk.has(hash)) {
      const index = await this.#fromDisk(hash);
      if (index) return this.#keep(hash, index);
      this.#notOnDisk.add(hash);
    }
    this.#onWait();
  }

  isMissing(hash: string): boolean {
    return this.#notOnDisk.has(hash) && !this.#known.has(hash);
  }

  /** Tracks whose missing index somebody waits for. */
  waited(): string[] {
    return [...this.#waits.keys()].filter((hash) => this.isMissing(hash));
  }

  /** Takes an index from the wire. @throws {FetchError} when it isn't one of this track */
  async take(hash: string, bytes: Uint8Array): Promise<void> {
    const index = parse(hash, bytes);
    if (!index) throw new FetchError('track', `what came as the index of ${hash} isn't one`);
    this.#keep(hash, index);
    await writeAtomically(this.#path(hash), bytes).catch((error: unknown) =>
      this.#log.warn({ hash }, `a track's index can't be kept on the disk: ${messageOf(error)}`),
    );
  }

  /** Keeps in memory only the indexes of these tracks. */
  retain(hashes: ReadonlySet<string>): void {
    for (const hash of this.#known.keys()) if (!hashes.has(hash)) this.#known.delete(hash);
    this.#notOnDisk.clear();
    for (const hash of this.#waits.keys()) void this.look(hash);
  }

  failAll(reason: Error): void {
    for (const waits of this.#waits.values()) for (const wait of waits) wait.reject(reason);
  }

  #keep(hash: string, index: TrackIndex): void {
    this.#known.set(hash, index);
    for (const wait of this.#waits.get(hash) ?? []) wait.resolve(index);
  }

  async #fromDisk(hash: string): Promise<TrackIndex | undefined> {
    try {
      const bytes = await unlessMissing(readFile(this.#path(hash)));
      const index = bytes && parse(hash, bytes);
      if (bytes && !index) {
        this.#log.warn({ hash }, 'a damaged index was removed from the cache');
        await rm(this.#path(hash), { force: true });
      }
      return index;
    } catch (error) {
      this.#log.warn({ hash }, `a track's index can't be read from the disk: ${messageOf(error)}`);
      return undefined;
    }
  }

  #path(hash: string): string {
    return `${this.#folder}/${hash}.index`;
  }
}

function parse(hash: string, bytes: Uint8Array): TrackIndex | undefined {
  try {
    const index = TrackIndex.decode(bytes);
    return index.hash === hash ? index : undefined;
  } catch {
    return undefined;
  }
}
