import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import pino from 'pino';
import { MediaCache } from './media-cache.ts';
import { MediaOrigin, type TestTrack } from './media-origin.fixture.ts';

export const log = pino({ level: 'silent' });
export const MB = 1024 * 1024;

export async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'jam-cache-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function originOf(t: ExecutionContext, ...tracks: TestTrack[]): Promise<MediaOrigin> {
  const origin = new MediaOrigin();
  origin.add(...tracks);
  await origin.start();
  t.teardown(() => origin.stop());
  return origin;
}

export async function cacheIn(
  t: ExecutionContext,
  path: string,
  origin?: MediaOrigin,
  budgetBytes = 1000 * MB,
): Promise<MediaCache> {
  const cache = new MediaCache(path, budgetBytes, log);
  await cache.start();
  if (origin) cache.setServer('127.0.0.1', origin.port);
  t.teardown(() => cache.stop());
  return cache;
}

/** Waits for what no event tells. @throws when it has not come about within the limit */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export async function readAll(cache: MediaCache, track: TestTrack, pieceBytes = 50_000): Promise<Buffer> {
  const bytes = cache.bytes(track.hash, track.bytes);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < track.bytes; at += pieceBytes) pieces.push(await bytes.read(at, pieceBytes));
  return Buffer.concat(pieces);
}

/** Large contents are compared by their bytes; a deep comparison takes seconds. */
export function isContent(t: ExecutionContext, bytes: Uint8Array, expected: Buffer): void {
  t.is(bytes.length, expected.length);
  t.true(expected.equals(bytes), 'other bytes than expected');
}

export async function isWhole(path: string, track: TestTrack): Promise<boolean> {
  return (await readdir(path)).includes(track.hash);
}
