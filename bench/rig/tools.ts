import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The rig can't be set up; the message says what to do. */
export class RigError extends Error {
  override name = 'RigError';
}

/** What the rig was built to, as paths. */
export interface RigFiles {
  readonly plugin: string;
  readonly link: string;
  /** Null when it wasn't asked for. */
  readonly clockShim: string | null;
}

const sources = fileURLToPath(new URL('.', import.meta.url));
const buildDir = fileURLToPath(new URL('../../build/rig/', import.meta.url));

/** A program or header that the rig needs, and the Debian package that has it. */
const NEEDED = [
  { package: 'gcc', path: 'gcc' },
  { package: 'libc6-dev', path: '/usr/include/stdio.h' },
  { package: 'libasound2-dev', path: '/usr/include/alsa/asoundlib.h' },
  { package: 'linux-libc-dev', path: '/usr/include/linux/if_tun.h' },
  { package: 'iproute2', path: 'ip' },
  { package: 'util-linux', path: 'unshare' },
  { package: 'alsa-utils', path: 'aplay' },
];
const NEEDED_BY_SNAPCAST = [
  { package: 'snapserver', path: 'snapserver' },
  { package: 'snapclient', path: 'snapclient' },
];

/**
 * Makes sure of root and of the programs that the rig is made of; installs what is missing by apt-get.
 * @throws {RigError} when one can't be had
 */
export function needTools(withSnapcast: boolean): void {
  if (process.getuid?.() !== 0) {
    throw new RigError('the bench makes network namespaces, which takes root: run it with sudo');
  }
  const needed = withSnapcast ? [...NEEDED, ...NEEDED_BY_SNAPCAST] : NEEDED;
  const missing = needed.filter(({ path }) => !isThere(path)).map((tool) => tool.package);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const install = (): boolean => spawnSync('sh', ['-c', command], { env: aptEnv() }).status === 0;
  const update = (): boolean => spawnSync('apt-get', ['update', '-q'], { env: aptEnv() }).status === 0;
  if (install() || (update() && install())) return;
  throw new RigError(`the bench needs ${missing.join(', ')}: type "apt-get update && ${command}"`);
}

function isThere(path: string): boolean {
  return path.startsWith('/') ? existsSync(path) : spawnSync('sh', ['-c', `command -v ${path}`]).status === 0;
}

function aptEnv(): NodeJS.ProcessEnv {
  return { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
}

/** Compiles what has changed of the rig's C programs, the clock shim only if asked for. @throws {RigError} with the compiler's words */
export function buildRig(withClockShim: boolean): RigFiles {
  mkdirSync(buildDir, { recursive: true });
  const shared = ['-shared', '-fPIC', '-DPIC'];
  return {
    plugin: compile('jamdac', 'libasound_module_pcm_jamdac.so', shared, ['-lasound', '-lm']),
    link: compile('link.c', 'link', [], ['-lm']),
    clockShim: withClockShim ? compile('clock-shim.c', 'clock-shim.so', shared, ['-ldl', '-lpthread']) : null,
  };
}

/** @param source a file, or a folder of files that belong together */
function compile(
  source: string,
  target: string,
  flags: readonly string[],
  libraries: readonly string[],
): string {
  const files = source.endsWith('.c')
    ? [join(sources, source)]
    : readdirSync(join(sources, source)).map((file) => join(sources, source, file));
  const built = join(buildDir, target);
  const changedMs = Math.max(...files.map((file) => statSync(file).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > changedMs) return built;
  const code = files.filter((file) => file.endsWith('.c'));
  try {
    execFileSync('gcc', ['-O2', '-Wall', '-Wextra', ...flags, '-o', built, ...code, ...libraries], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (cause) {
    throw new RigError(`gcc can't build ${source}`, { cause });
  }
  return built;
}
