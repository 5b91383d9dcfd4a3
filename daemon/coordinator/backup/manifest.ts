import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';

/** The archive's first file: what else has to be in it. */
export const MANIFEST = 'backup.json';

/** How backups are laid out now; older ones can be read. */
export const FORMAT = 1;

const file = v.object({
  path: v.pipe(v.string(), v.regex(/^(?!.*\.\.)[\w.-]+(\/[\w.-]+)*$/, 'not a path in a data directory')),
  bytes: v.number(),
  sha256: v.string(),
});
const manifest = v.object({
  format: v.number(),
  /** Of the Jam that made it. */
  version: v.string(),
  madeUnixMs: v.number(),
  withTracks: v.boolean(),
  /** All but this one and the tracks, which are named by what is in them. */
  files: v.array(file),
});

export type Manifest = v.InferOutput<typeof manifest>;
type ManifestFile = Manifest['files'][number];

/** @throws when the text isn't a manifest */
export function parseManifest(text: string): Manifest {
  return v.parse(manifest, JSON.parse(text));
}

/** The regular files below a folder, by their paths in it, sorted. @throws {Error} when there is anything else */
export async function filesBelow(folder: string, under = ''): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(join(folder, under))).sort()) {
    const path = under ? `${under}/${name}` : name;
    const entry = await lstat(join(folder, path));
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, path)));
    else if (entry.isFile()) found.push(path);
    else throw new Error(`${path} is neither a file nor a folder`);
  }
  return found;
}

/** What a manifest says of a file as it is. @throws the file system's errors */
export async function describeFile(folder: string, path: string): Promise<ManifestFile> {
  const { size } = await lstat(join(folder, path));
  return { path, bytes: size, sha256: await sha256OfFile(join(folder, path)) };
}

/** In hex. @throws the file system's errors */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
