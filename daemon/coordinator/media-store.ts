import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { type ErrorCode, type Track, TrackIndex } from '../../protos/index.ts';
import * as media from '../../protos/media.ts';
import { errnoOf, messageOf } from '../errno.ts';
import { unlessMissing, writeSynced } from '../files.ts';
import type { Logger } from '../logger.ts';
import { MediaError } from '../media/media-error.ts';

/** A track's name: the SHA-256 of its bytes in lower-case hex. Nothing else becomes part of a path. */
export const hashPattern = /^[0-9a-f]{64}$/;

/** Reads a file as a track. @throws {MediaError} when it can't be played */
export type Probe = (path: string, fileName: string) => Promise<{ track: Track; index: TrackIndex }>;

/** Why a track can't be stored; the message is a sentence for people. */
export class MediaStoreError extends Error {
  override name = 'MediaStoreError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface StoredTrack {
  /** Open for reading; the caller closes it. */
  readonly file: FileHandle;
  readonly bytes: number;
}

/**
 * The coordinator's tracks, as files of a folder: HASH, HASH.index (a TrackIndex message) and HASH.json
 * (a Track). HASH appears last, so a track that is there is whole.
 */
export class MediaStore {
  readonly #folder: string;
  readonly #incoming: string;
  readonly #maxTrackBytes: number;
  readonly #probe: Probe;
  readonly #log: Logger;

  /** @param dataDir tracks go to its folder `tracks` */
  constructor(dataDir: string, maxTrackBytes: number, probe: Probe, log: Logger) {
    this.#folder = join(dataDir, 'tracks');
    this.#incoming = join(this.#folder, 'incoming');
    this.#maxTrackBytes = maxTrackBytes;
    this.#probe = probe;
    this.#log = log;
  }

  /** Makes the folder and removes what uploads of an earlier run have left. @throws the file system's errors */
  async start(): Promise<void> {
    await rm(this.#incoming, { recursive: true, force: true });
    await mkdir(this.#incoming, { recursive: true });
  }

  async has(hash: string): Promise<boolean> {
    return (await this.track(hash)) !== undefined;
  }

  /** The track of this name, if it is stored. */
  async track(hash: string): Promise<Track | undefined> {
    const stored = await this.open(hash);
    if (!stored) return undefined;
    await stored.file.close();
    return this.#info(hash, stored.bytes);
  }

  /** All tracks, in order of their names. */
  async list(): Promise<Track[]> {
    const hashes = (await readdir(this.#folder)).filter((name) => hashPattern.test(name)).sort();
    const tracks: Track[] = [];
    for (const hash of hashes) {
      const track = await this.track(hash);
      if (track) tracks.push(track);
    }
    return tracks;
  }

  /** The track's bytes, if it is stored. */
  async open(hash: string): Promise<StoredTrack | undefined> {
    if (!hashPattern.test(hash)) return undefined;
    const file = await unlessMissing(open(join(this.#folder, hash)));
    if (!file) return undefined;
    const { size } = await file.stat();
    return { file, bytes: size };
  }

  /** The track's index as a TrackIndex message, if it is stored. */
  async index(hash: string): Promise<Uint8Array | undefined> {
    if (!hashPattern.test(hash)) return undefined;
    return unlessMissing(readFile(join(this.#folder, `${hash}.index`)));
  }

  /**
   * Stores a track once its bytes have arrived, have proved to be what the name says, and can be played.
   * @param fileName what its owner calls it; names the track when its tags don't
   * @throws {MediaStoreError} and leaves nothing behind; what `bytes` throws is passed on
   */
  async add(hash: string, fileName: string, bytes: AsyncIterable<Uint8Array>): Promise<Track> {
    if (!hashPattern.test(hash))
      throw new MediaStoreError('BAD_REQUEST', `'${hash.slice(0, 80)}' is not a SHA-256 in hex.`);
    const upload = join(this.#incoming, randomUUID());
    try {
      const size = await this.#receive(upload, hash, fileName, bytes);
      const probed = await this.#probe(upload, fileName);
      const track = { ...probed.track, hash, bytes: size };
      await this.#place(upload, track, { ...probed.index, hash });
      return track;
    } catch (error) {
      throw this.#explained(error, fileName);
    } finally {
      await this.#discard(upload);
    }
  }

  async #info(hash: string, bytes: number): Promise<Track | undefined> {
    const text = await unlessMissing(readFile(join(this.#folder, `${hash}.json`), 'utf8'));
    const track = text === undefined ? undefined : parseTrack(text);
    if (track?.hash === hash && track.bytes === bytes) return track;
    this.#log.warn({ hash }, 'a stored track is damaged and counts as missing; add it again to mend it');
    return undefined;
  }

  async #receive(path: string, hash: string, fileName: string, bytes: AsyncIterable<Uint8Array>) {
    const sha256 = createHash('sha256');
    let size = 0;
    const file = await open(path, 'wx');
    try {
      for await (const piece of bytes) {
        size += piece.length;
        if (size > this.#maxTrackBytes) throw tooLarge(fileName, this.#maxTrackBytes);
        sha256.update(piece);
        await file.writeFile(piece);
      }
      if (sha256.digest('hex') !== hash) throw wrongChecksum(fileName);
      await file.sync();
    } finally {
      await file.close();
    }
    return size;
  }

  async #place(upload: string, track: Track, index: TrackIndex): Promise<void> {
    await writeSynced(`${upload}.index`, TrackIndex.encode(index));
    await writeSynced(`${upload}.json`, JSON.stringify(track));
    await rename(`${upload}.index`, join(this.#folder, `${track.hash}.index`));
    await rename(`${upload}.json`, join(this.#folder, `${track.hash}.json`));
    await rename(upload, join(this.#folder, track.hash));
    await syncFolder(this.#folder);
  }

  #explained(error: unknown, fileName: string): unknown {
    if (error instanceof MediaStoreError) return error;
    if (error instanceof MediaError) return new MediaStoreError('BAD_MEDIA', error.message, { cause: error });
    const code = errnoOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      return new MediaStoreError(
        'STORAGE',
        `The coordinator's disk is full, '${fileName}' doesn't fit: free some space in ${this.#folder}.`,
        { cause: error },
      );
    if (code === 'EIO' || code === 'EROFS' || code === 'EACCES')
      return new MediaStoreError(
        'STORAGE',
        `The coordinator can't write to ${this.#folder}: ${messageOf(error)}.`,
        { cause: error },
      );
    return error;
  }

  async #discard(upload: string): Promise<void> {
    for (const path of [upload, `${upload}.index`, `${upload}.json`])
      await rm(path, { force: true }).catch((error: unknown) =>
        this.#log.warn({ path }, `a temporary file can't be removed: ${messageOf(error)}`),
      );
  }
}

/** The sentence for a track above the limit. */
export function tooLarge(fileName: string, maxTrackBytes: number): MediaStoreError {
  const limit = `${Math.floor(maxTrackBytes / 1e6)} MB`;
  return new MediaStoreError('REFUSED', `'${fileName}' is larger than the ${limit} that a track may have.`);
}

function wrongChecksum(fileName: string): MediaStoreError {
  return new MediaStoreError(
    'BAD_REQUEST',
    `The bytes of '${fileName}' don't match its checksum: it was changed or damaged on its way. Add it again.`,
  );
}

function parseTrack(text: string): Track | undefined {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), media.track), text);
  return result.success ? result.output : undefined;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
