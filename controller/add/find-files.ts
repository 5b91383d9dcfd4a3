import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CommandError } from '../exit-codes.ts';
import { fileError } from './file-error.ts';

/** A file to add, or why what was named gives none. */
export type Found = { file: string } | { file: string; error: CommandError };

const extensions = new Set(['.mp3', '.wav']);
const byName = new Intl.Collator('en', { numeric: true });

/**
 * The files that the paths name, in order. A directory stands for the .mp3 and .wav files in and below it
 * in name order, "2" before "10", hidden ones left out; a file that is named itself is taken whatever its name.
 */
export async function findFiles(paths: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of paths) found.push(...(await inPath(path)));
  return found;
}

async function inPath(path: string): Promise<Found[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [{ file: path }];
  } catch (error) {
    return [{ file: path, error: fileError(path, error) }];
  }
  const found = await inDirectory(path, new Set());
  if (found.length > 0) return found;
  return [{ file: path, error: new CommandError('NOT_FOUND', `${path} holds no .mp3 or .wav file`) }];
}

/** @param seen directories above, by their real path: a link back to one of them is not followed */
async function inDirectory(dir: string, seen: ReadonlySet<string>): Promise<Found[]> {
  try {
    const real = await realpath(dir);
    if (seen.has(real)) return [];
    const names = (await readdir(dir)).filter((name) => !name.startsWith('.'));
    const found: Found[] = [];
    for (const name of names.sort(byName.compare)) {
      found.push(...(await inEntry(join(dir, name), new Set([...seen, real]))));
    }
    return found;
  } catch (error) {
    return [{ file: dir, error: fileError(dir, error) }];
  }
}

async function inEntry(path: string, seen: ReadonlySet<string>): Promise<Found[]> {
  const entry = await stat(path).catch(() => undefined); // a link to nothing is no file
  if (entry?.isDirectory()) return inDirectory(path, seen);
  return entry?.isFile() && extensions.has(extname(path).toLowerCase()) ? [{ file: path }] : [];
}
