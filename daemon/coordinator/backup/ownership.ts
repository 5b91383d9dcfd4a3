import { chmod, lchown, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow } from './manifest.ts';

/** Gives a folder, and all that is in it, to the owner of another, with that one's mode. Root can; for others nothing has to be done. */
export async function giveTo(model: string, folder: string): Promise<void> {
  const { uid, gid, mode } = await lstat(model);
  await chmod(folder, mode);
  if (process.getuid?.() !== 0) return;
  const files = await filesBelow(folder);
  const folders = new Set(files.flatMap((path) => foldersOf(path)));
  for (const path of ['', ...folders, ...files]) await lchown(join(folder, path), uid, gid);
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}
