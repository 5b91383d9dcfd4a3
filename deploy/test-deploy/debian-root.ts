import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { must } from './run.ts';

/** A Debian release, and what its ALSA library is called. */
export interface Suite {
  readonly name: 'bookworm' | 'trixie';
  readonly alsa: string;
}

export const SUITES: readonly Suite[] = [
  { name: 'bookworm', alsa: 'libasound2' },
  { name: 'trixie', alsa: 'libasound2t64' },
];

const MIRROR = 'http://deb.debian.org/debian';

/** A Debian as small as one that boots, and what Jam depends on; made once. Returns its directory. */
export async function makeRoot({ name, alsa }: Suite, cacheDir: string): Promise<string> {
  const include = `systemd,systemd-sysv,dbus,adduser,${alsa}`;
  return makeOnce(`${cacheDir}/${name}`, async (dir) => {
    await must('debootstrap', '--variant=minbase', `--include=${include}`, name, dir, MIRROR);
  });
}

/**
 * The programs and libraries of a Debian for another processor, unpacked but not set up: nothing of it is run to
 * make it. Returns its directory.
 */
export async function makeForeignRoot(
  { name, alsa }: Suite,
  arch: string,
  cacheDir: string,
): Promise<string> {
  return makeOnce(`${cacheDir}/${name}-${arch}`, async (dir) => {
    const include = `--include=${alsa}`;
    await must('debootstrap', '--foreign', `--arch=${arch}`, '--variant=minbase', include, name, dir, MIRROR);
    await must(
      'sh',
      '-c',
      `for deb in '${dir}'/var/cache/apt/archives/*.deb; do dpkg -x "$deb" '${dir}'; done`,
    );
  });
}

async function makeOnce(dir: string, make: (dir: string) => Promise<void>): Promise<string> {
  if (existsSync(dir)) return dir;
  const unfinished = `${dir}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await make(unfinished);
  renameSync(unfinished, dir);
  return dir;
}
