import type { TrackIndex } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import type { TrackBytes } from '../playout/decoders/decoder.ts';
import { CacheFolder } from './cache-folder.ts';
import type { TrackRef } from './cache-policy.ts';
import { FetchLoop } from './fetch-loop.ts';
import type { Demand, Fetch } from './fetch-plan.ts';
import { Fetcher, type TokenSource } from './fetcher.ts';
import { TrackIndexes } from './track-indexes.ts';
import { TrackShelf } from './track-shelf.ts';

/** A track's bytes, whether they are here or still have to come. */
export interface CachedBytes extends TrackBytes {
  /**
   * Resolves with bytes [offset, offset + length), fewer at the track's end, as soon as they are there;
   * while the coordinator is away, that is when it is back.
   * @throws the signal's reason; an Error for people when the track can't be had
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * The speaker's cache of tracks: a folder of files that are fetched from the coordinator, in chunks, in the
 * order in which they will be needed, ahead of need where there is time.
 */
export class MediaCache {
  readonly #folder: CacheFolder;
  readonly #indexes: TrackIndexes;
  readonly #shelf: TrackShelf;
  readonly #loop: FetchLoop;
  readonly #fetcher = new Fetcher();

  /**
   * @param folder files of other names than the cache's own are left alone in it
   * @param budgetBytes of tracks on the disk; what plays and what plays next is held even beyond it
   */
  constructor(folder: string, budgetBytes: number, log: Logger) {
    const wake = () => this.#loop.wake();
    this.#folder = new CacheFolder(folder, log);
    this.#indexes = new TrackIndexes(folder, log, wake);
    this.#shelf = new TrackShelf(this.#folder, budgetBytes, log, wake);
    this.#loop = new FetchLoop(
      { demands: () => this.#demands(), fetch: (fetch, signal) => this.#fetch(fetch, signal) },
      log,
    );
  }

  /** Takes stock of the folder; what is damaged in it is removed. @throws the disk's errors */
  async start(): Promise<void> {
    await this.#folder.start();
  }

  /** Ends reads and fetches, and brings what is held to the disk. */
  async stop(): Promise<void> {
    const reason = new Error('the media cache has been stopped');
    this.#indexes.failAll(reason);
    await this.#loop.stop();
    this.#fetcher.stop();
    await this.#shelf.stop(reason);
  }

  /** Fetches from there from now on, and tries at once: to be called also when a server is back. */
  setServer(host: string, port: number, tokens?: TokenSource): void {
    if (this.#fetcher.setServer(host, port, tokens)) this.#loop.restart();
    else this.#loop.start();
  }

  /** What is wrong, for people; empty: nothing. */
  get problem(): string {
    return [...this.#shelf.problems, ...this.#loop.problems].join('; ');
  }

  /** @param bytes the track's size */
  bytes(hash: string, bytes: number): CachedBytes {
    return { read: (offset, length, signal) => this.#shelf.use(hash, bytes).read(offset, length, signal) };
  }

  /** Resolves when the track's index is there. @throws the signal's reason */
  index(hash: string, signal?: AbortSignal): Promise<TrackIndex> {
    return this.#indexes.get(hash, signal);
  }

  /**
   * Sets what is fetched ahead of need: the track that plays, the next one, and so on, as far as the budget
   * goes. Other tracks are fetched only as far as they are read.
   */
  prefetch(tracks: readonly TrackRef[]): void {
    const wanted = [...new Map(tracks.map((track) => [track.hash, track])).values()];
    this.#shelf.want(wanted);
    this.#indexes.retain(new Set(wanted.map((track) => track.hash)));
    for (const { hash } of this.#shelf.admitted) void this.#indexes.look(hash);
    this.#loop.wake();
  }

  /** How much of a track that is prefetched or read is held, 0 to 1. */
  held(hash: string): number {
    return this.#shelf.find(hash)?.ratio ?? 0;
  }

  #demands(): Demand[] {
    const admitted = this.#shelf.admitted.map((track) => track.hash);
    const waited = new Set(this.#indexes.waited());
    const unexpected = new Set([...this.#shelf.unexpected(), ...waited]);
    for (const hash of admitted) unexpected.delete(hash);
    return [
      ...[...unexpected].map((hash) => this.#demand(hash, waited.has(hash), false)),
      ...admitted.map((hash) => this.#demand(hash, waited.has(hash), true)),
    ];
  }

  #demand(hash: string, indexWaited: boolean, ahead: boolean): Demand {
    const found = this.#shelf.find(hash);
    const track = found?.opened && !found.failure ? found : undefined;
    return {
      hash,
      waited: [...(indexWaited ? ['index' as const] : []), ...(track?.waited() ?? [])],
      indexMissing: ahead && this.#indexes.isMissing(hash),
      chunks: ahead && track ? track.file.map.chunks : 0,
      cursor: track?.cursor ?? 0,
      window: this.#shelf.windowOf(hash),
      isMissing: (chunk) => track?.isMissing(chunk) ?? false,
    };
  }

  async #fetch({ hash, part }: Fetch, signal: AbortSignal): Promise<void> {
    if (part === 'index') {
      await this.#indexes.take(hash, await this.#fetcher.index(hash, signal));
      return;
    }
    const track = this.#shelf.find(hash);
    if (!track) return;
    const range = { ...track.rest(part), of: track.file.bytes };
    await this.#fetcher.range(hash, range, (bytes) => track.receive(part, bytes), signal);
    await this.#shelf.store(track);
  }
}
