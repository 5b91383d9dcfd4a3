import { type ChunkMap, chunkBytes } from './chunk-map.ts';
import type { TrackFile } from './track-file.ts';

/** A read that waits for bytes [from, to) to arrive. */
interface Wait {
  readonly from: number;
  readonly to: number;
  readonly arrived: () => void;
  readonly failed: (reason: unknown) => void;
}

/** A chunk in memory: on its way, or whole and not yet on the disk. */
interface ChunkBuffer {
  readonly content: Uint8Array;
  received: number;
}

/** What a track tells its cache. */
export interface TrackEvents {
  /** A read has begun to wait for bytes. */
  onWait(): void;
  /** The disk failed to give back what it had; the track's copy there is given up. */
  onDiskFailure(error: unknown): void;
}

/** One track of the cache: what is on the disk, what is in memory, and the reads that wait for more. */
export class CachedTrack {
  readonly file: TrackFile;
  readonly #buffers = new Map<number, ChunkBuffer>();
  readonly #waits = new Set<Wait>();
  readonly #events: TrackEvents;
  #opened = false;
  #failure: Error | undefined;
  #reads = 0;
  #cursor = 0;

  constructor(file: TrackFile, events: TrackEvents) {
    this.file = file;
    this.#events = events;
  }

  get #map(): ChunkMap {
    return this.file.map;
  }

  /** The disk has been looked at: from now on what is missing is known. */
  get opened(): boolean {
    return this.#opened;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The chunk in which the last read began. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Of the track's bytes, on disk or in memory; 0 to 1. */
  get ratio(): number {
    let held = this.#map.heldBytes;
    for (const chunk of this.unwritten()) held += this.#buffers.get(chunk)?.received ?? 0;
    return this.file.bytes === 0 ? 1 : held / this.file.bytes;
  }

  open(): void {
    this.#opened = true;
    this.#settle();
  }

  /**
   * Reads bytes [offset, offset + length), fewer at the track's end, as soon as they are there.
   * @throws the signal's reason; why the track can't be had, if it never will
   */
  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const from = Math.min(Math.max(0, offset), this.file.bytes);
    const to = Math.max(from, Math.min(this.file.bytes, offset + length));
    this.#cursor = Math.min(chunkAt(from), Math.max(0, this.#map.chunks - 1));
    this.#reads++;
    try {
      for (;;) {
        signal?.throwIfAborted();
        if (this.#failure) throw this.#failure;
        if (!this.#isHere(from, to)) await this.#arrival(from, to, signal);
        const bytes = await this.#assemble(from, to);
        if (bytes) return bytes;
      }
    } finally {
      this.#reads--;
    }
  }

  /** Chunks that reads wait for, the longest waiting first. */
  waited(): number[] {
    const chunks = new Set<number>();
    for (const { from, to } of this.#waits)
      for (let chunk = chunkAt(from); chunk <= chunkAt(to - 1); chunk++)
        if (this.isMissing(chunk)) chunks.add(chunk);
    return [...chunks];
  }

  /** Reads are under way: the track can't be closed. */
  get isBeingRead(): boolean {
    return this.#reads > 0;
  }

  isMissing(chunk: number): boolean {
    return !this.#map.has(chunk) && !this.#isWhole(chunk);
  }

  /** The bytes of a chunk that have yet to come. */
  rest(chunk: number): { from: number; to: number } {
    const { from, to } = this.#map.range(chunk);
    return { from: from + (this.#buffers.get(chunk)?.received ?? 0), to };
  }

  /** Takes the next bytes of a chunk. */
  receive(chunk: number, bytes: Uint8Array): void {
    const { from, to } = this.#map.range(chunk);
    const buffer = this.#buffers.get(chunk) ?? { content: new Uint8Array(to - from), received: 0 };
    this.#buffers.set(chunk, buffer);
    buffer.content.set(bytes, buffer.received);
    buffer.received += bytes.length;
    this.#settle();
  }

  /** Whole chunks that are in memory only. */
  unwritten(): number[] {
    return [...this.#buffers.keys()].filter((chunk) => this.#isWhole(chunk));
  }

  /** Writes a whole chunk to the disk; memory then has no more of it. @throws the disk's errors */
  async write(chunk: number): Promise<void> {
    const buffer = this.#buffers.get(chunk);
    if (!buffer || !this.#isWhole(chunk)) return;
    await this.file.write(chunk, buffer.content);
    this.#buffers.delete(chunk);
  }

  /** Drops the whole chunks in memory outside of [from, to) that no read waits for. */
  dropUnwritten(from: number, to: number): void {
    const waits = [...this.#waits];
    for (const chunk of this.unwritten()) {
      const isWaitedFor = waits.some((wait) => chunkAt(wait.from) <= chunk && chunk <= chunkAt(wait.to - 1));
      if (!isWaitedFor && (chunk < from || chunk >= to)) this.#buffers.delete(chunk);
    }
  }

  /** Ends all reads, now and later: the track will not come. */
  fail(reason: Error): void {
    this.#failure = reason;
    for (const wait of this.#waits) wait.failed(reason);
  }

  #isWhole(chunk: number): boolean {
    const buffer = this.#buffers.get(chunk);
    return buffer !== undefined && buffer.received === buffer.content.length;
  }

  #isHere(from: number, to: number): boolean {
    if (!this.#opened) return false;
    for (let at = from; at < to; ) {
      const chunk = chunkAt(at);
      const end = Math.min(to, this.#map.range(chunk).to);
      if (!this.#map.has(chunk) && this.rest(chunk).from < end) return false;
      at = end;
    }
    return true;
  }

  /** Undefined when the bytes aren't all here, or the disk has failed: then they will come again. */
  async #assemble(from: number, to: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!this.#isHere(from, to)) return undefined;
    const bytes = new Uint8Array(to - from);
    const reads: Promise<void>[] = [];
    for (let at = from; at < to; ) {
      const chunk = chunkAt(at);
      const range = this.#map.range(chunk);
      const end = Math.min(to, range.to);
      const target = bytes.subarray(at - from, end - from);
      const buffer = this.#buffers.get(chunk);
      if (this.#map.has(chunk)) reads.push(this.file.read(target, at));
      else if (buffer) target.set(buffer.content.subarray(at - range.from, end - range.from));
      at = end;
    }
    try {
      await Promise.all(reads);
      return bytes;
    } catch (error) {
      if (this.#failure) throw this.#failure;
      this.#events.onDiskFailure(error);
      await this.file.reset().catch(this.#events.onDiskFailure);
      return undefined;
    }
  }

  async #arrival(from: number, to: number, signal: AbortSignal | undefined): Promise<void> {
    const arrival = Promise.withResolvers<void>();
    const wait = { from, to, arrived: arrival.resolve, failed: arrival.reject };
    const onAbort = () => arrival.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    this.#waits.add(wait);
    this.#events.onWait();
    try {
      await arrival.promise;
    } finally {
      this.#waits.delete(wait);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #settle(): void {
    for (const wait of this.#waits) if (this.#isHere(wait.from, wait.to)) wait.arrived();
  }
}

function chunkAt(offset: number): number {
  return Math.floor(offset / chunkBytes);
}
