import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, utimes } from 'node:fs/promises';
import { unlessMissing, writeAtomically } from '../../files.ts';
import { ChunkMap } from './chunk-map.ts';

/** The map is saved after so many new chunks: what a killed process has to fetch again at most. */
const chunksPerSave = 8;

/**
 * One track on the speaker's disk. While it is incomplete: HASH.part, sparse, and HASH.chunks, the map of
 * what has reached the disk. Once it is complete and its SHA-256 is right: HASH.
 */
export class TrackFile {
  readonly hash: string;
  readonly bytes: number;
  readonly #path: string;
  #map: ChunkMap;
  #whole = false;
  #handle: Promise<FileHandle> | undefined;
  #unsaved = 0;
  #saving: Promise<void> = Promise.resolve();
  #checking: Promise<boolean> = Promise.resolve(true);
  #closed = false;

  /** @param folder where the cache keeps its files */
  constructor(folder: string, hash: string, bytes: number) {
    this.hash = hash;
    this.bytes = bytes;
    this.#path = `${folder}/${hash}`;
    this.#map = new ChunkMap(bytes);
  }

  /** What is on the disk. */
  get map(): ChunkMap {
    return this.#map;
  }

  /** Complete, checked and in place. */
  get whole(): boolean {
    return this.#whole;
  }

  /** Finds what is there of the track; files that don't fit it are removed. @throws the disk's errors */
  async open(): Promise<void> {
    if (await this.#openWhole()) return;
    const encoded = await unlessMissing(readFile(`${this.#path}.chunks`));
    const map = encoded && ChunkMap.decode(encoded);
    const handle = map?.bytes === this.bytes && (await unlessMissing(open(`${this.#path}.part`, 'r+')));
    if (handle) {
      this.#handle = Promise.resolve(handle);
      this.#map = map;
    } else await this.reset();
  }

  /** Marks the files as used now. @throws the disk's errors */
  async touch(now: Date): Promise<void> {
    await unlessMissing(utimes(this.#whole ? this.#path : `${this.#path}.part`, now, now));
  }

  /** Reads bytes that the map has into `target`. @throws the disk's errors, or when the bytes aren't there */
  async read(target: Uint8Array, offset: number): Promise<void> {
    const handle = await this.#handle;
    let done = 0;
    while (done < target.length) {
      const result = await handle?.read(target, done, target.length - done, offset + done);
      if (!result?.bytesRead) throw new Error(`the cached file ${this.#path} is shorter than it should be`);
      done += result.bytesRead;
    }
  }

  /** Writes a whole chunk. @throws the disk's errors; the chunk then doesn't count as held */
  async write(chunk: number, content: Uint8Array): Promise<void> {
    if (this.#closed) throw new Error(`the cached track ${this.hash} has been closed`);
    const map = this.#map;
    this.#handle ??= open(`${this.#path}.part`, 'w+');
    const handle = await this.#handle.catch((error: unknown) => {
      this.#handle = undefined;
      throw error;
    });
    let position = map.range(chunk).from;
    for (let done = 0; done < content.length; ) {
      const { bytesWritten } = await handle.write(content, done, content.length - done, position);
      done += bytesWritten;
      position += bytesWritten;
    }
    map.add(chunk);
    if (++this.#unsaved >= chunksPerSave) await this.save();
  }

  /** Brings what is held to the disk, then the map that says so. @throws the disk's errors */
  async save(): Promise<void> {
    if (this.#unsaved === 0 || this.#whole) return this.#saving;
    this.#unsaved = 0;
    this.#saving = this.#saving.catch(() => {}).then(() => this.#saveMap());
    return this.#saving;
  }

  /**
   * Checks a complete track and puts it in its place; false when it is damaged, then it has been removed.
   * When it is closed meanwhile, that is left to the next time.
   * @throws the disk's errors
   */
  async finish(): Promise<boolean> {
    await this.#saving.catch(() => {});
    if (this.#closed) return true;
    this.#checking = this.#check();
    const isSound = await this.#checking;
    if (!isSound) await this.reset();
    return isSound;
  }

  /** Forgets and removes all of the track's bytes, unless it is closed. @throws the disk's errors */
  async reset(): Promise<void> {
    if (this.#closed) return;
    this.#map = new ChunkMap(this.bytes);
    this.#whole = false;
    this.#unsaved = 0;
    await this.#closeHandle();
    for (const ending of ['', '.part', '.chunks']) await rm(`${this.#path}${ending}`, { force: true });
  }

  /** Nothing can be written any more. @throws the disk's errors */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      await this.save();
    } finally {
      await this.#closeHandle();
    }
  }

  async #openWhole(): Promise<boolean> {
    const handle = await unlessMissing(open(this.#path, 'r'));
    if (!handle) return false;
    const { size } = await handle.stat();
    if (size !== this.bytes) {
      await handle.close();
      return false;
    }
    this.#handle = Promise.resolve(handle);
    for (let chunk = 0; chunk < this.#map.chunks; chunk++) this.#map.add(chunk);
    this.#whole = true;
    return true;
  }

  async #saveMap(): Promise<void> {
    const encoded = this.#map.encode();
    const handle = await this.#handle;
    await handle?.datasync();
    await writeAtomically(`${this.#path}.chunks`, encoded);
  }

  async #check(): Promise<boolean> {
    const handle = await this.#handle;
    await handle?.sync();
    const hash = await this.#sha256();
    if (hash === undefined) return true;
    if (hash !== this.hash) return false;
    await rename(`${this.#path}.part`, this.#path);
    this.#whole = true;
    await rm(`${this.#path}.chunks`, { force: true });
    return true;
  }

  /** Undefined when the file is closed before its end. */
  async #sha256(): Promise<string | undefined> {
    const sha256 = createHash('sha256');
    const handle = await this.#handle;
    for await (const piece of handle?.createReadStream({ start: 0, autoClose: false }) ?? []) {
      if (this.#closed) return undefined;
      sha256.update(piece);
    }
    return sha256.digest('hex');
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await Promise.allSettled([this.#saving, this.#checking]);
    await (await handle?.catch(() => undefined))?.close();
  }
}
