// Which Node runs Jam. Plain JavaScript, since the Node that starts it may be too old for TypeScript.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The checkout's, or the installed package's, root directory. */
export const projectDir = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

// A third of a command's start is compiling: Node keeps the result here.
const compileCacheDir = `${projectDir}/node_modules/.cache/jam`;

const versionOf = (version) => version.split('.').map(Number);

/** The version in package.json's engines is the oldest that runs TypeScript as Jam is written in. */
export function isNewEnough(version) {
  const [major, minor] = versionOf(version);
  return major > 22 || (major === 22 && minor >= 20);
}

/** Path of the Node that the project brings, or undefined: not installed, or none for this machine. */
export function pinnedNode() {
  const path = `${projectDir}/node_modules/node-${process.platform}-${process.arch}/bin/node`;
  return existsSync(path) ? path : undefined;
}

/** The Node to run Jam with: { path, options }, or undefined when there is none that is new enough. */
export function findNode() {
  const pinned = pinnedNode();
  if (pinned) return { path: pinned, options: [] };
  if (!isNewEnough(process.versions.node)) return undefined;
  // Node 22 runs all that Jam needs and calls some of it experimental at every start.
  const old = versionOf(process.versions.node)[0] < 24;
  return { path: process.execPath, options: old ? ['--disable-warning=ExperimentalWarning'] : [] };
}

/**
 * Runs a TypeScript file of the project as a command: in this process when its Node will do, else by
 * becoming the right Node. Either way it is one process, so signals and exit codes are the file's own.
 * @param {string} file from the project's root
 * @param {string[]} options for Node that can't be set once it runs
 */
export async function launch(file, options = []) {
  if (!existsSync(`${projectDir}/node_modules`)) {
    fail(`Jam's packages are missing in ${projectDir}: run "npm ci" there`);
  }
  process.env.NODE_COMPILE_CACHE ??= compileCacheDir;
  if (versionOf(process.versions.node)[0] < 24 || options.length > 0) {
    become(file, process.argv.slice(2), options);
  }
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import(`${projectDir}/${file}`);
}

/**
 * Replaces this process by one that runs the TypeScript file with the arguments. Doesn't return.
 * @param {string} file an absolute path, or one from the project's root
 * @param {string[]} args
 * @param {string[]} options more of them for Node
 */
export function become(file, args, options = []) {
  const node = findNode();
  if (!node) {
    fail(`Jam needs Node 22.20 or newer and this is ${process.versions.node}: run "npm ci" in ${projectDir}`);
  }
  process.env.NODE_COMPILE_CACHE ??= compileCacheDir;
  const path = file.startsWith('/') ? file : `${projectDir}/${file}`;
  execute(node.path, ['node', ...node.options, ...options, path, ...args]);
}

function execute(program, argv) {
  if (process.execve) process.execve(program, argv);
  const F_SETFD = 2;
  const koffi = createRequire(import.meta.url)('koffi');
  const libc = koffi.load('libc.so.6');
  const fcntl = libc.func('int fcntl(int fd, int command, int value)');
  // Node has marked them to be closed on exec.
  for (const fd of [0, 1, 2]) fcntl(fd, F_SETFD, 0);
  libc.func('int execv(str path, str *argv)')(program, [...argv, null]);
  fail(`${program} can't be started`);
}

/** Ends the process with a sentence for people. */
export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
