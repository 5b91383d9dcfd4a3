// Brings what a checkout is missing. Plain JavaScript: it runs before there are any packages.
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fail, findNode, projectDir } from './runtime.js';

const lock = `${projectDir}/.jam/setup.lock`;

/**
 * Makes sure that npm's packages, a Node that is new enough and ALSA's library are there. Says in a line
 * each what it brings, nothing when all is there; ends the process with what to do when it can't.
 */
export function setup() {
  if (isComplete()) return;
  withLock(() => {
    if (!packagesAreCurrent()) installPackages();
    if (!findNode()) failWithoutNode();
    if (!hasAlsa()) installAlsa();
  });
}

const isComplete = () => packagesAreCurrent() && findNode() !== undefined && hasAlsa();

/** npm writes down what it has installed; that is compared with what the project asks for. */
function packagesAreCurrent() {
  const wanted = readPackages(`${projectDir}/package-lock.json`);
  const installed = readPackages(`${projectDir}/node_modules/.package-lock.json`);
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    return found ? found.version === entry.version && found.integrity === entry.integrity : entry.optional;
  });
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

function installPackages() {
  say("getting Jam's npm packages (npm ci)");
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional'];
  // npm is about to replace node_modules, so it must not run on the Node in there.
  const path = (process.env.PATH ?? '').split(':').filter((dir) => !dir.includes('node_modules'));
  const env = { ...process.env, PATH: path.join(':') };
  const result = spawnSync('npm', args, { cwd: projectDir, env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (result.error) fail(`npm can't be started (${result.error.message}): install npm, then try again`);
  if (result.status !== 0) fail(`"npm ci" failed in ${projectDir}: see above, then try again`);
}

function failWithoutNode() {
  fail(
    `Jam needs Node 22.20 or newer. This is ${process.versions.node}, and there is none to bring for ` +
      `${process.platform} ${process.arch}: install one from https://nodejs.org`,
  );
}

function hasAlsa() {
  const triplet = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch];
  const dirs = [`/usr/lib/${triplet}`, '/usr/lib64', '/usr/lib', `/lib/${triplet}`];
  if (dirs.some((dir) => existsSync(`${dir}/libasound.so.2`))) return true;
  const known = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return (known.stdout ?? '').includes('libasound.so.2');
}

function installAlsa() {
  if (!isCommand('apt-get')) {
    fail("Jam plays through ALSA: install your system's package with libasound.so.2, then try again");
  }
  const asRoot = process.getuid() === 0 ? [] : ['sudo', '-n'];
  let name = debianPackage();
  if (asRoot.length > 0 && !run([...asRoot, 'true'])) failWithoutRoot(name);
  if (!name) {
    say("getting Debian's list of packages (apt-get update)");
    run([...asRoot, 'apt-get', 'update', '-q']);
    name = debianPackage();
  }
  if (!name) failWithoutRoot(name);
  say(`installing Debian's ${name} (apt-get)`);
  const install = [...asRoot, 'apt-get', 'install', '-y', '-q', '--no-install-recommends', name];
  // The list of packages may be older than what the archive still holds.
  if (run(install)) return;
  if (!run([...asRoot, 'apt-get', 'update', '-q']) || !run(install)) failWithoutRoot(name);
}

/** ALSA's library has a new name since Debian 13 (64-bit time). Undefined: apt knows neither. */
function debianPackage() {
  return ['libasound2t64', 'libasound2'].find((name) => {
    const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' });
    return /Candidate: (?!\(none\))/.test(stdout ?? '');
  });
}

function failWithoutRoot(name = 'libasound2') {
  fail(
    `Jam plays through ALSA. Type this, then try again: sudo apt-get update && sudo apt-get install ${name}`,
  );
}

const isCommand = (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

function run([program, ...args]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] }).status === 0;
}

/** One set-up at a time; the lock of a process that has died is taken over. */
function withLock(work) {
  mkdirSync(`${projectDir}/.jam`, { recursive: true });
  if (!takeLock()) {
    say('waiting for another set-up of this checkout');
    while (!takeLock()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  process.once('exit', releaseLock);
  work();
  process.off('exit', releaseLock);
  releaseLock();
}

/** Linking a written file makes lock and holder appear in one step. */
function takeLock() {
  const mine = `${lock}.${process.pid}`;
  try {
    writeFileSync(mine, String(process.pid));
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`Jam can't be set up in ${projectDir}: ${error.message}`);
    if (!holderIsAlive()) releaseLock();
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function holderIsAlive() {
  try {
    return process.kill(Number(readFileSync(lock, 'utf8')), 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function releaseLock() {
  rmSync(lock, { force: true });
}

const say = (sentence) => process.stderr.write(`jam: ${sentence}\n`);
