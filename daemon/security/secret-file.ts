import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../errno.ts';

/** A file with a secret in it can't be used; the message says why and what to do. */
export class SecretFileError extends Error {
  override name = 'SecretFileError';
}

/** Of a file that only its owner may read. */
export const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/**
 * Reads a file that only its owner may read. Undefined: there is none.
 * @throws {SecretFileError} when others may, or it can't be read
 */
export function readSecretFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw new SecretFileError(`${path} can't be read (${errnoOf(error)}): it belongs to somebody else`);
  }
  try {
    if ((fstatSync(file).mode & OTHERS) !== 0)
      throw new SecretFileError(`${path} holds a key, and others may read it: type "chmod 600 ${path}"`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/**
 * Writes a file whole or not at all, and waits until it has reached the disk. Makes its directory if need be.
 * @throws the disk's errors
 */
export function writeSecretFile(path: string, content: string, mode = OWNER_ONLY, group?: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  const file = openSync(fresh, 'w', OWNER_ONLY);
  try {
    writeFileSync(file, content);
    if (group !== undefined) fchownSync(file, process.getuid?.() ?? 0, group);
    fchmodSync(file, mode);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
}
