import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf } from '../../errno.ts';
import { DataDirLock } from '../data-dir-lock.ts';
import { unpack } from './archive.ts';
import { type Checked, checkBackup } from './check.ts';
import { exchangeFolders } from './exchange.ts';
import { giveTo } from './ownership.ts';

/** Why nothing was restored; the message is a sentence for people. */
export class RestoreError extends Error {
  override name = 'RestoreError';
}

/** What was restored. */
export interface Restored extends Checked {
  /** Where what was there before is now; undefined: there was nothing. */
  readonly before: string | undefined;
}

/**
 * Makes a data directory of a backup. All of it is checked before anything is changed, and what was there changes
 * places with it in one step.
 * @param replace whether a data directory may have something in it: that is kept beside it then, and its tracks stay
 * @throws {RestoreError} when the backup is damaged or of a newer Jam; {StorageError} when a coordinator runs on
 * the directory; either way it is as before
 */
export async function restore(file: string, dataDir: string, replace: boolean, now: Date): Promise<Restored> {
  const target = resolve(dataDir);
  const lock = new DataDirLock(target);
  lock.start();
  const fresh = await mkdtemp(join(dirname(target), `.${basename(target)}.restore-`));
  try {
    if ((await isUsed(target)) && !replace)
      throw new RestoreError(`${target} is not empty: give --replace to have this backup in its place`);
    const checked = await readBackup(file, fresh, join(target, 'tracks'));
    await giveTo(target, fresh);
    await exchangeFolders(fresh, target);
    return { ...checked, before: await putAside(fresh, target, now) };
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  } finally {
    lock.stop();
  }
}

async function readBackup(file: string, fresh: string, oldTracks: string): Promise<Checked> {
  if (!existsSync(file)) throw new RestoreError(`there is no file ${file}`);
  try {
    await unpack(resolve(file), fresh);
    await adoptTracks(oldTracks, join(fresh, 'tracks'));
    return await checkBackup(fresh);
  } catch (error) {
    throw new RestoreError(`${file} can't be restored, and nothing was changed: ${messageOf(error)}`);
  }
}

// A track is named by its bytes, so one that is there already is the same one.
async function adoptTracks(from: string, to: string): Promise<void> {
  const names = await readdir(from, { withFileTypes: true }).catch(() => []);
  await mkdir(to, { recursive: true });
  const there = new Set(await readdir(to));
  for (const entry of names)
    if (entry.isFile() && !there.has(entry.name)) await link(join(from, entry.name), join(to, entry.name));
}

/** What was there before, under a name of its own; an empty directory goes. */
async function putAside(former: string, target: string, now: Date): Promise<string | undefined> {
  if (!(await isUsed(former))) {
    await rm(former, { recursive: true, force: true });
    return undefined;
  }
  const before = `${target}.before-${now.toISOString().replaceAll(/[-:]|\..*/g, '')}`;
  await rename(former, before);
  return before;
}

/** Whether there is anything but the lock. */
async function isUsed(directory: string): Promise<boolean> {
  return (await readdir(directory)).some((name) => !name.startsWith('lock'));
}
