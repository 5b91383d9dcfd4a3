import { open, rename } from 'node:fs/promises';
import { errnoOf } from './errno.ts';

/** Undefined instead of the error that says that there is no such file. */
export async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file and waits until it has reached the disk. @throws the file system's errors */
export async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes a file whole or not at all, by way of PATH.tmp. @throws the file system's errors */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  await writeSynced(`${path}.tmp`, content);
  await rename(`${path}.tmp`, path);
}
