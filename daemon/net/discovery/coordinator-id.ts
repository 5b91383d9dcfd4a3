import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../errno.ts';

/**
 * The id of the coordinator whose data directory this is; made at the first call. It stays when the coordinator's
 * name, address or host change, so that speakers know theirs from others.
 * @throws the file system's errors
 */
export function coordinatorId(dataDir: string): string {
  const path = join(dataDir, 'coordinator-id');
  const known = read(path);
  if (known) return known;
  const id = randomUUID();
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path, `${id}\n`);
  return id;
}

function read(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^[0-9a-f-]{36}$/.test(text) ? text : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
