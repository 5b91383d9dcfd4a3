import * as v from 'valibot';
import { keyPair, publicKey } from '../../security/key-json.ts';
import { type KeyPair, newKeyPair, type PublicKey } from '../../security/keys.ts';
import { readSecretFile, SecretFileError, writeSecretFile } from '../../security/secret-file.ts';

const schema = v.object({
  own: keyPair,
  /** Becomes the own pair at the next start. */
  next: v.exactOptional(keyPair),
  /** Shows that its holder is on this host. */
  local: keyPair,
  /** Public keys of the speakers that were adopted, by speaker id. */
  speakers: v.record(v.string(), publicKey),
  /** Public keys of the room hosts that were adopted, by host id. */
  hosts: v.optional(v.record(v.string(), publicKey), {}),
});

/** All keys that a coordinator keeps. */
export type CoordinatorKeys = v.InferOutput<typeof schema>;

/** A coordinator's keys in a file that only its user may read. */
export class KeyStore {
  readonly path: string;
  #keys: CoordinatorKeys | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes keys at the very first start; takes the next pair when there is one. @throws {SecretFileError}; the disk's errors */
  start(): void {
    const saved = read(this.path);
    const keys = saved ?? { own: newKeyPair(), local: newKeyPair(), speakers: {}, hosts: {} };
    const { next, speakers, hosts, ...rest } = keys;
    if (!saved || next)
      this.save(next ? { own: next, local: newKeyPair(), speakers, hosts } : { ...rest, speakers, hosts });
    else this.#keys = keys;
  }

  /** @throws {Error} before start() */
  get keys(): CoordinatorKeys {
    if (!this.#keys) throw new Error(`${this.path} has not been read`);
    return this.#keys;
  }

  /** What it has returned from stays. @throws the disk's errors: it's then as before */
  save(keys: CoordinatorKeys): void {
    writeSecretFile(this.path, `${JSON.stringify(keys, null, 1)}\n`);
    this.#keys = keys;
  }
}

/** The pair of the coordinator or room host whose file it is, for a room's process. @throws {SecretFileError} */
export function readOwnPair(path: string): KeyPair {
  const text = readSecretFile(path);
  if (text === undefined)
    throw new SecretFileError(`${path} is not there: who runs this room makes it when it starts`);
  return parsed(v.object({ own: keyPair }), text, path).own;
}

function read(path: string): CoordinatorKeys | undefined {
  const text = readSecretFile(path);
  if (text === undefined) return undefined;
  return parsed(schema, text, path);
}

function parsed<S extends v.GenericSchema>(wanted: S, text: string, path: string): v.InferOutput<S> {
  try {
    return v.parse(wanted, JSON.parse(text));
  } catch {
    throw new SecretFileError(
      `${path} is damaged: bring it back from a backup, or remove it: then speakers have to be adopted again, ` +
        'and people to log in again',
    );
  }
}

/** The keys of those of some speakers that were adopted. */
export function keysOf(speakers: CoordinatorKeys['speakers'], speakerIds: readonly string[]) {
  return speakerIds.flatMap((speakerId): { speakerId: string; key: PublicKey }[] => {
    const key = speakers[speakerId];
    return key ? [{ speakerId, key }] : [];
  });
}
