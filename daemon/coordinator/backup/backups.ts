import { randomBytes } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LobbyReply } from '../../../protos/index.ts';
import { messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import { version } from '../../version.ts';
import { pack } from './archive.ts';
import { MANIFEST, type Manifest } from './manifest.ts';
import { newToken, sealed } from './seal.ts';
import { takeSnapshot } from './snapshot.ts';

type BackupReady = Extract<LobbyReply['body'], { kind: 'backupReady' }>;

interface Waiting {
  readonly folder: string;
  readonly token: string;
  readonly withTracks: boolean;
  readonly expiry: NodeJS.Timeout;
}

const PATH = /^\/backups\/([0-9a-f]{32})$/;
/** For whoever has asked for one to fetch it. */
const WAITS_MS = 60_000;

/** Makes backups of a running coordinator, each to be fetched once over HTTP. */
export class Backups {
  readonly #dataDir: string;
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #waiting = new Map<string, Waiting>();

  constructor(dataDir: string, logger: Logger) {
    this.#dataDir = dataDir;
    this.#folder = join(dataDir, 'backups');
    this.#logger = logger;
  }

  /** Removes what an earlier run has left. @throws the file system's errors */
  async start(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    for (const { expiry } of this.#waiting.values()) clearTimeout(expiry);
    this.#waiting.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Copies what is to be in a backup. @throws the file system's and SQLite's errors */
  async make(withTracks: boolean): Promise<BackupReady> {
    const id = randomBytes(16).toString('hex');
    const folder = join(this.#folder, id);
    const about = { version, madeUnixMs: Date.now(), withTracks };
    const manifest = await takeSnapshot(this.#dataDir, folder, about);
    const token = newToken();
    const expiry = setTimeout(() => void this.#forget(id), WAITS_MS);
    this.#waiting.set(id, { folder, token, withTracks, expiry });
    const bytes = sizeOf(manifest) + (withTracks ? await this.#trackBytes() : 0);
    this.#logger.info(`a backup is made, ${bytes} bytes`);
    return { kind: 'backupReady', path: `/backups/${id}`, token, bytes };
  }

  /** Whether a request is for a backup; then it is answered. @param path of the request's URL */
  answers(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const [, id] = PATH.exec(path) ?? [];
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || !waiting || request.method !== 'GET') return false;
    void this.#send(id, waiting, response);
    return true;
  }

  async #send(id: string, waiting: Waiting, response: ServerResponse): Promise<void> {
    this.#waiting.delete(id);
    clearTimeout(waiting.expiry);
    try {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
      const archive = pack(await this.#parts(waiting));
      await pipeline(Readable.from(sealed(archive, waiting.token)), response);
    } catch (error) {
      this.#logger.warn(`a backup could not be sent: ${messageOf(error)}`);
      response.destroy();
    } finally {
      await this.#remove(waiting.folder);
    }
  }

  async #parts({ folder, withTracks }: Waiting) {
    const others = (await readdir(folder)).filter((name) => name !== MANIFEST);
    const kept = { folder, names: [MANIFEST, ...others] };
    if (!withTracks) return [kept];
    return [
      kept,
      { folder: this.#dataDir, names: (await this.#trackFiles()).map((name) => `tracks/${name}`) },
    ];
  }

  /** All but those that are on their way in. */
  async #trackFiles(): Promise<string[]> {
    const names = await readdir(join(this.#dataDir, 'tracks')).catch(() => []);
    return names.filter((name) => name !== 'incoming');
  }

  async #trackBytes(): Promise<number> {
    let bytes = 0;
    for (const name of await this.#trackFiles())
      bytes += (await lstat(join(this.#dataDir, 'tracks', name))).size;
    return bytes;
  }

  async #forget(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) await this.#remove(waiting.folder);
  }

  async #remove(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true }).catch((error) =>
      this.#logger.error(`${folder} can't be removed: ${messageOf(error)}`),
    );
  }
}

function sizeOf({ files }: Manifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
