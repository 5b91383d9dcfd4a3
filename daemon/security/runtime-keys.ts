import { accessSync, chmodSync, constants, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ClientKeys } from '../net/socket-keys.ts';
import { keyPair, proof, publicKey } from './key-json.ts';
import { writeSecretFile } from './secret-file.ts';

// How everything on a coordinator's own host finds its keys by itself: a file for each coordinator, named by its
// lobby's port, in a directory that root and group jam can read.

const schema = v.variant('security', [
  v.object({ security: v.literal('none') }),
  v.object({ security: v.literal('curve'), publicKey, local: keyPair, proof }),
]);

/** What a coordinator leaves for its own host: its public key, and a pair that shows that the asker is on it. */
export type RuntimeKeys = v.InferOutput<typeof schema>;

type Environment = Readonly<Record<string, string | undefined>>;

const GROUP = 'jam';
const GROUP_READABLE = 0o640;

/**
 * Leaves the keys for this host. Readable by this user alone, or by group jam where this program is root or in it.
 * @returns the file's path, for withdrawKeys()
 * @throws the file system's errors
 */
export function publishKeys(port: number, keys: RuntimeKeys, environment: Environment): string {
  const directory = ownDirectory(environment);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  refuseForeign(directory);
  const group = jamGroup();
  const path = fileIn(directory, port);
  if (group === undefined || environment.JAM_KEYS_DIR) {
    writeSecretFile(path, textOf(keys));
  } else {
    writeSecretFile(path, textOf(keys), GROUP_READABLE, group);
    if (process.getuid?.() === 0) chmodSync(directory, 0o755);
  }
  return path;
}

/** Removes what publishKeys() has left. */
export function withdrawKeys(path: string): void {
  rmSync(path, { force: true });
}

/**
 * What the coordinator at an address has left, when that is on this host and may be read.
 * JAM_KEYS_DIR names a directory in which it is looked for whatever the address.
 */
export function findKeys(host: string, port: number, environment: Environment): RuntimeKeys | undefined {
  if (environment.JAM_KEYS_DIR) return read(fileIn(environment.JAM_KEYS_DIR, port));
  for (const directory of directories(environment)) {
    const keys = read(fileIn(directory, port));
    if (keys && isTrusted(directory) && isOwnHost(host)) return keys;
  }
  return undefined;
}

/** As findKeys(), for a program that asks as whoever is on the coordinator's own host. Undefined: there are none. */
export function findLocalKeys(host: string, port: number, environment: Environment): ClientKeys | undefined {
  const left = findKeys(host, port, environment);
  return left?.security === 'curve'
    ? { own: left.local, server: left.publicKey, proof: left.proof }
    : undefined;
}

function fileIn(directory: string, port: number): string {
  return join(directory, `${port}.json`);
}

function textOf(keys: RuntimeKeys): string {
  const hex = (_key: string, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  const plain = keys.security === 'none' ? keys : { ...keys, proof: Buffer.from(keys.proof).toString('hex') };
  return `${JSON.stringify(plain, hex)}\n`;
}

function read(path: string): RuntimeKeys | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    // There is none, or it isn't for this user: then this is like any other host.
    return undefined;
  }
}

const SYSTEM = '/run/jam';

function ownDirectory(environment: Environment): string {
  const { JAM_KEYS_DIR, RUNTIME_DIRECTORY } = environment;
  if (JAM_KEYS_DIR) return JAM_KEYS_DIR;
  if (RUNTIME_DIRECTORY) return RUNTIME_DIRECTORY.split(':')[0] ?? SYSTEM;
  return process.getuid?.() === 0 && isWritable('/run') ? SYSTEM : userDirectory(environment);
}

function directories(environment: Environment): string[] {
  return [SYSTEM, userDirectory(environment)];
}

function userDirectory({ XDG_RUNTIME_DIR }: Environment): string {
  return XDG_RUNTIME_DIR ? join(XDG_RUNTIME_DIR, 'jam') : join(tmpdir(), `jam-${process.getuid?.() ?? 0}`);
}

// Where anybody may make directories somebody else could have made this one.
function refuseForeign(directory: string): void {
  if (!isTrusted(directory))
    throw new Error(`${directory} belongs to somebody else, or others may write to it`);
}

function isTrusted(directory: string): boolean {
  const { uid, gid, mode } = statSync(directory);
  if (directory === SYSTEM) return uid === 0 || gid === jamGroup();
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The id of group jam, if this process may give files to it. */
function jamGroup(): number | undefined {
  try {
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${GROUP}:`));
    const id = line === undefined ? undefined : Number(line.split(':')[2]);
    if (id === undefined) return undefined;
    const mayGive =
      process.getuid?.() === 0 || process.getegid?.() === id || process.getgroups?.().includes(id);
    return mayGive ? id : undefined;
  } catch {
    return undefined;
  }
}

function isOwnHost(host: string): boolean {
  const plain = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (plain === 'localhost' || plain === '::1' || /^127\./.test(plain) || plain === hostname().toLowerCase())
    return true;
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some(({ address }) => address === plain),
  );
}
