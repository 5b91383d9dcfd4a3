import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LobbyStore } from '../lobby-store.ts';
import { hashPattern } from '../media-store.ts';
import { RoomStore } from '../room/room-store.ts';
import {
  describeFile,
  FORMAT,
  filesBelow,
  MANIFEST,
  type Manifest,
  parseManifest,
  sha256OfFile,
} from './manifest.ts';

/** What is in a backup that is fine. */
export interface Checked {
  readonly madeUnixMs: number;
  readonly rooms: number;
  /** Tracks of the queues that are there, and that are not. */
  readonly tracks: number;
  readonly missingTracks: number;
}

/**
 * Checks the files of a backup, and brings its databases to this Jam's version.
 * @param folder what was in the archive, and the tracks that are there anyway
 * @throws {Error} saying what is wrong
 */
export async function checkBackup(folder: string): Promise<Checked> {
  const manifest = await readManifest(folder);
  await checkFiles(folder, manifest);
  await rm(join(folder, MANIFEST));
  const lobby = new LobbyStore(join(folder, 'lobby.db'));
  lobby.start();
  const { rooms } = lobby.load();
  lobby.stop();
  const needed = new Set(
    manifest.files
      .filter(({ path }) => path.startsWith('rooms/'))
      .flatMap(({ path }) => hashesIn(folder, path)),
  );
  const held = new Set((await filesBelow(join(folder, 'tracks'))).map((path) => basename(path)));
  const missingTracks = [...needed].filter((hash) => !held.has(hash)).length;
  const { madeUnixMs } = manifest;
  return { madeUnixMs, rooms: rooms.length, tracks: needed.size - missingTracks, missingTracks };
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => {
    throw new Error('it is no backup of Jam');
  });
  const manifest = parseManifest(text);
  if (manifest.format > FORMAT) throw new Error(`it was made by a newer Jam (${manifest.version})`);
  return manifest;
}

async function checkFiles(folder: string, { files }: Manifest): Promise<void> {
  const expected = new Map(files.map((file) => [file.path, file]));
  for (const path of await filesBelow(folder)) {
    if (path === MANIFEST) continue;
    if (path.startsWith('tracks/')) await checkTrack(folder, path);
    else if (!expected.has(path)) throw new Error(`${path} doesn't belong in it`);
  }
  for (const [path, { bytes, sha256 }] of expected) {
    const found = await describeFile(folder, path).catch(() => undefined);
    if (!found) throw new Error(`${path} is missing`);
    if (found.bytes !== bytes || found.sha256 !== sha256) throw new Error(`${path} is damaged`);
  }
}

async function checkTrack(folder: string, path: string): Promise<void> {
  const name = basename(path);
  if (hashPattern.test(name) && (await sha256OfFile(join(folder, path))) !== name)
    throw new Error(`${path} is damaged`);
}

/** The tracks of a room's queue. */
function hashesIn(folder: string, path: string): string[] {
  const room = new RoomStore(join(folder, path));
  room.start();
  const saved = room.load();
  room.stop();
  return saved?.state.queue.map(({ track }) => track.hash) ?? [];
}
