import { errnoOf, messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import type { CacheFolder } from './cache-folder.ts';
import { planCache, type TrackRef } from './cache-policy.ts';
import { CachedTrack } from './cached-track.ts';
import { TrackFile } from './track-file.ts';

/** A track that has arrived damaged so often is given up until it is wanted anew. */
const maxDamaged = 3;
/** Of the track that plays and the next one, so many chunks ahead are held in memory when the disk is full. */
const memoryChunks = 8;
const tracksInMemory = 2;

/** The cache's tracks in use and the disk under them: opening, storing, checking, making room. */
export class TrackShelf {
  readonly #folder: CacheFolder;
  readonly #budgetBytes: number;
  readonly #log: Logger;
  readonly #onChange: () => void;
  readonly #open = new Map<string, CachedTrack>();
  /** What is being done to a track's files: one thing after the other. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #damaged = new Map<string, number>();
  readonly #finishing = new Set<CachedTrack>();
  #wanted: readonly TrackRef[] = [];
  #admitted: readonly TrackRef[] = [];
  #diskProblem = '';
  /** Only what is needed next is fetched, into memory. */
  #inMemory = false;
  #stopped: Error | undefined;

  /** @param onChange called when a read waits, or a track has been opened */
  constructor(folder: CacheFolder, budgetBytes: number, log: Logger, onChange: () => void) {
    this.#folder = folder;
    this.#budgetBytes = budgetBytes;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Wanted tracks that the budget has room for, in order. */
  get admitted(): readonly TrackRef[] {
    return this.#admitted;
  }

  get problems(): string[] {
    const failures = [...this.#open.values()].map((track) => track.failure?.message ?? '');
    return [this.#diskProblem, ...failures].filter((problem) => problem !== '');
  }

  /** The track, opened if it isn't yet. */
  use(hash: string, bytes: number): CachedTrack {
    const known = this.#open.get(hash);
    if (known) return known;
    const track = new CachedTrack(new TrackFile(this.#folder.path, hash, bytes), {
      onWait: this.#onChange,
      onDiskFailure: (error) => this.#log.error({ hash }, `the cache's disk failed: ${messageOf(error)}`),
    });
    if (this.#stopped) {
      track.fail(this.#stopped);
      return track;
    }
    this.#open.set(hash, track);
    this.#inTurn(hash, () => this.#openFile(track));
    return track;
  }

  /** The track if it is open. */
  find(hash: string): CachedTrack | undefined {
    return this.#open.get(hash);
  }

  /** Tracks that are being read without having been wanted. */
  unexpected(): string[] {
    const admitted = new Set(this.#admitted.map((track) => track.hash));
    return [...this.#open].flatMap(([hash, track]) =>
      track.isBeingRead && !admitted.has(hash) ? [hash] : [],
    );
  }

  /** Chunks of a track ahead of its cursor that there is room for. */
  windowOf(hash: string): number {
    if (!this.#inMemory) return Number.POSITIVE_INFINITY;
    const rank = this.#admitted.findIndex((track) => track.hash === hash);
    return rank >= 0 && rank < tracksInMemory ? memoryChunks : 0;
  }

  /** Sets what is wanted, in order; tracks that aren't any more are closed, and some of them evicted. */
  want(tracks: readonly TrackRef[]): void {
    this.#wanted = tracks;
    // The disk may have room again: the next chunk will tell.
    this.#inMemory = false;
    this.#makeRoom();
    const wanted = new Set(this.#admitted.map((track) => track.hash));
    for (const [hash, track] of this.#open)
      if (!wanted.has(hash) && !track.isBeingRead) this.#close(hash, track);
    for (const { hash, bytes } of this.#admitted) {
      const track = this.use(hash, bytes);
      if (track.opened) this.#inTurn(hash, () => this.store(track));
    }
  }

  /** Brings a track's whole chunks from memory to the disk; checks the track once it is complete. */
  async store(track: CachedTrack): Promise<void> {
    const { hash, map } = track.file;
    if (this.#open.get(hash) !== track) return;
    for (const chunk of track.unwritten()) if (!(await this.#write(track, chunk))) break;
    if (map.held > 0) this.#folder.note(hash, map.heldBytes, Date.now());
    this.#makeRoom();
    if (track.file.map.complete && !track.file.whole) await this.#finish(track);
  }

  /** Closes all files; what waits ends with the reason. */
  async stop(reason: Error): Promise<void> {
    this.#stopped = reason;
    for (const [hash, track] of this.#open) {
      track.fail(reason);
      this.#close(hash, track);
    }
    // Whatever is being done to one track may still evict another.
    while (this.#turns.size > 0) await Promise.all(this.#turns.values());
  }

  async #openFile(track: CachedTrack): Promise<void> {
    const { file } = track;
    try {
      await file.open();
      await file.touch(new Date());
      if (file.map.complete && !file.whole) await this.#finish(track);
    } finally {
      track.open();
      this.#onChange();
    }
  }

  #close(hash: string, track: CachedTrack): void {
    this.#open.delete(hash);
    this.#damaged.delete(hash);
    if (track.file.map.held > 0) this.#folder.note(hash, track.file.map.heldBytes, Date.now());
    this.#inTurn(hash, async () => {
      await track.file.touch(new Date());
      await track.file.close();
    });
  }

  /** False when the chunk has to stay in memory. */
  async #write(track: CachedTrack, chunk: number): Promise<boolean> {
    for (;;) {
      try {
        await track.write(chunk);
        this.#diskIsFine();
        return true;
      } catch (error) {
        const { hash } = track.file;
        if (this.#open.get(hash) !== track) return false;
        if (isDiskFull(error) && (await this.#evictOne(hash))) continue;
        this.#diskFailed(error);
        return false;
      }
    }
  }

  async #finish(track: CachedTrack): Promise<void> {
    if (this.#finishing.has(track)) return;
    this.#finishing.add(track);
    const { hash } = track.file;
    try {
      if (!(await track.file.finish())) this.#countDamaged(hash, track);
    } catch (error) {
      this.#diskFailed(error);
    } finally {
      this.#finishing.delete(track);
    }
  }

  #countDamaged(hash: string, track: CachedTrack): void {
    const times = (this.#damaged.get(hash) ?? 0) + 1;
    this.#damaged.set(hash, times);
    this.#log.warn({ hash, times }, 'a track has arrived damaged and was thrown away');
    if (times < maxDamaged) return;
    track.fail(
      new Error(`the track ${hash.slice(0, 8)}… arrives damaged: its bytes don't match its checksum`),
    );
  }

  #makeRoom(): void {
    const plan = planCache(this.#wanted, this.#folder.entries, this.#budgetBytes);
    this.#admitted = plan.admitted;
    for (const hash of plan.evict) if (!this.#open.get(hash)?.isBeingRead) this.#evict(hash);
  }

  async #evictOne(keep: string): Promise<boolean> {
    const { spare } = planCache(this.#wanted, this.#folder.entries, this.#budgetBytes);
    const hash = spare.find((one) => one !== keep && !this.#open.get(one)?.isBeingRead);
    if (hash === undefined) return false;
    await this.#evict(hash);
    return true;
  }

  #evict(hash: string): Promise<void> {
    const track = this.#open.get(hash);
    this.#open.delete(hash);
    this.#folder.forget(hash);
    return this.#inTurn(hash, async () => {
      await track?.file.close();
      await this.#folder.remove(hash);
      this.#log.debug({ hash }, 'evicted a track from the cache');
    });
  }

  #inTurn(hash: string, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(hash) ?? Promise.resolve();
    const turn = before.then(work).catch((error: unknown) => this.#diskFailed(error));
    this.#turns.set(hash, turn);
    return turn.finally(() => {
      if (this.#turns.get(hash) === turn) this.#turns.delete(hash);
    });
  }

  #diskIsFine(): void {
    if (this.#diskProblem !== '') this.#log.info('the cache can be written again');
    this.#diskProblem = '';
    this.#inMemory = false;
  }

  #diskFailed(error: unknown): void {
    const problem = isDiskFull(error)
      ? `the disk of the cache is full: free some space in ${this.#folder.path}`
      : `the cache in ${this.#folder.path} can't be used: ${messageOf(error)}`;
    if (this.#diskProblem === '') this.#log.error(`${problem}; playing goes on from memory`);
    this.#diskProblem = problem;
    this.#inMemory = true;
    for (const [hash, track] of this.#open) {
      const ahead = Math.max(1, this.windowOf(hash));
      track.dropUnwritten(track.cursor, track.cursor + ahead);
    }
  }
}

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errnoOf(error) ?? '');
}
