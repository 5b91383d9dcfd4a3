import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  globSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from './architecture.ts';
import type { Revision } from './revision.ts';

/**
 * Makes a Debian package of a tree of files: byte by byte the same for the same tree and revision.
 * @param scriptsDir where postinst, prerm and postrm are
 * @returns the package's path
 * @throws {Error} without dpkg-deb
 */
export function makeDeb(
  rootDir: string,
  scriptsDir: string,
  revision: Revision,
  architecture: Architecture,
  outDir: string,
): string {
  const files = filesOf(rootDir);
  const meta = join(rootDir, 'DEBIAN');
  mkdirSync(meta);
  chmodSync(meta, 0o755);
  const write = (name: string, text: string): void => {
    writeFileSync(join(meta, name), text);
    chmodSync(join(meta, name), 0o644);
  };
  write('control', control(revision, architecture, installedKb(rootDir, files)));
  write('conffiles', lines(files.filter((path) => path.startsWith('etc/')).map((path) => `/${path}`)));
  write(
    'md5sums',
    lines(files.filter((path) => !path.startsWith('etc/')).map((path) => md5Line(rootDir, path))),
  );
  for (const script of ['postinst', 'prerm', 'postrm'])
    copyScript(join(scriptsDir, script), join(meta, script));
  mkdirSync(outDir, { recursive: true });
  const deb = join(outDir, `jam_${revision.version}_${architecture.debian}.deb`);
  // Not zstd: Debian 12's lintian doesn't read it. One thread: with several, xz cuts into blocks what it gets.
  execFileSync(
    'dpkg-deb',
    ['--root-owner-group', '-Zxz', '-z3', '--threads-max=1', '--build', rootDir, deb],
    {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(revision.timeS) },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return deb;
}

function control({ version, author }: Revision, { debian }: Architecture, installedKb: number): string {
  return `Package: jam
Version: ${version}
Architecture: ${debian}
Maintainer: ${author}
Installed-Size: ${installedKb}
Depends: libasound2 | libasound2t64, libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 8), adduser
Suggests: alsa-utils
Section: sound
Priority: optional
Description: music that plays on every speaker of a home at the same instant
 A Raspberry Pi with a sound card and an amplifier is a speaker; one of them,
 or any other machine, is the coordinator, which keeps rooms, queues and
 tracks. The speakers of a room play within a few microseconds of each other.
 .
 The package brings the speaker, the coordinator and jamctl, with which one
 plays, and the Node.js that they run on.
`;
}

function filesOf(rootDir: string): string[] {
  const paths = globSync('**', { cwd: rootDir });
  return paths.filter((path) => lstatSync(join(rootDir, path)).isFile()).sort();
}

/** As Debian counts: whole KiB a file. */
const installedKb = (rootDir: string, files: string[]): number =>
  files.reduce((sum, path) => sum + Math.ceil(lstatSync(join(rootDir, path)).size / 1024), 0);

function md5Line(rootDir: string, path: string): string {
  const sum = createHash('md5')
    .update(readFileSync(join(rootDir, path)))
    .digest('hex');
  return `${sum}  ${path}`;
}

const lines = (list: string[]): string => list.map((line) => `${line}\n`).join('');

function copyScript(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}
