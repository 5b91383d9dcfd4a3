import {
  chmodSync,
  copyFileSync,
  cpSync,
  globSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Architecture } from './architecture.ts';
import { bundleJamctl } from './bundle.ts';
import { completions, manPages } from './manuals.ts';
import { isNeededPackageFile, isNeededSource } from './needed-files.ts';
import type { Revision } from './revision.ts';

/** What a package is made of. */
export interface Ingredients {
  readonly revision: Revision;
  readonly architecture: Architecture;
  /** The project's files, as committed, with node_modules: the directory below. */
  readonly sourceDir: string;
  /** The dependencies, installed for the architecture. */
  readonly modulesDir: string;
}

/** Where Jam lives in a package. */
const HOME = 'usr/lib/jam';

/** Makes the tree of files that the package brings, with its permissions and times. */
export async function makeTree(rootDir: string, ingredients: Ingredients): Promise<void> {
  const { sourceDir, modulesDir, revision, architecture } = ingredients;
  const put = (from: string, to: string): void => copy(from, join(rootDir, to));
  for (const path of filesIn(sourceDir, isNeededSource)) put(`${sourceDir}/${path}`, `${HOME}/${path}`);
  const isNeeded = (path: string): boolean => isNeededPackageFile(path, architecture);
  for (const path of filesIn(modulesDir, isNeeded))
    put(`${modulesDir}/${path}`, `${HOME}/node_modules/${path}`);
  const nodeDir = `${modulesDir}/node-linux-${architecture.npm}`;
  put(`${nodeDir}/bin/node`, `${HOME}/bin/node`);
  put(`${nodeDir}/LICENSE`, `${HOME}/bin/LICENSE`);
  await bundleJamctl(sourceDir, join(rootDir, HOME, 'jamctl'));
  for (const name of ['jam-coordinator', 'jam-speaker'])
    put(`${sourceDir}/deploy/package/bin/${name}`, `usr/bin/${name}`);
  symlinkSync('../lib/jam/jamctl/start.cjs', join(rootDir, 'usr/bin/jamctl'));
  cpSync(`${sourceDir}/deploy/package/etc`, join(rootDir, 'etc/jam'), { recursive: true });
  cpSync(`${sourceDir}/systemd`, join(rootDir, 'usr/lib/systemd/system'), { recursive: true });
  put(`${sourceDir}/deploy/package/debian/copyright`, 'usr/share/doc/jam/copyright');
  put(`${sourceDir}/deploy/package/debian/lintian-overrides`, 'usr/share/lintian/overrides/jam');
  writeTexts(rootDir, revision);
  settle(rootDir, revision.timeS);
}

function writeTexts(rootDir: string, revision: Revision): void {
  const date = new Date(revision.timeS * 1000);
  const day = date.toISOString().slice(0, 10);
  for (const [path, text] of completions()) write(join(rootDir, path), text);
  for (const [path, text] of manPages(revision.version, day)) write(join(rootDir, `${path}.gz`), gzip(text));
  write(join(rootDir, 'usr/share/doc/jam/changelog.gz'), gzip(changelog(revision, date)));
}

function changelog({ version, commit, author }: Revision, date: Date): string {
  const when = date.toUTCString().replace('GMT', '+0000');
  return `jam (${version}) stable; urgency=medium\n\n  * As of commit ${commit}.\n\n -- ${author}  ${when}\n`;
}

const filesIn = (dir: string, wanted: (path: string) => boolean): string[] =>
  globSync('**', { cwd: dir, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .filter(wanted);

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const gzip = (text: string): Uint8Array => gzipSync(text, { level: 9 });

/** The same permissions and times wherever the package is made. */
function settle(rootDir: string, timeS: number): void {
  const paths = globSync('**', { cwd: rootDir }).map((path) => join(rootDir, path));
  for (const path of [...paths, rootDir].sort().reverse()) {
    const entry = lstatSync(path);
    const isProgram = dirname(path).endsWith('/bin')
      ? !path.endsWith('/LICENSE')
      : path.endsWith('/start.cjs');
    if (!entry.isSymbolicLink()) chmodSync(path, entry.isDirectory() || isProgram ? 0o755 : 0o644);
    lutimesSync(path, timeS, timeS);
  }
}
