import * as v from 'valibot';
import { keyPair, proof, publicKey } from './key-json.ts';
import { type KeyPair, newKeyPair } from './keys.ts';
import { readSecretFile, SecretFileError, writeSecretFile } from './secret-file.ts';

const coordinator = v.object({
  publicKey,
  /** Spares a program that connects to it the cryptography. */
  proof,
  /** That it has announced to use soon. */
  nextKey: v.exactOptional(publicKey),
  /** The person who has logged in there. */
  person: v.exactOptional(v.string()),
});
const schema = v.object({ own: keyPair, coordinators: v.record(v.string(), coordinator) });

/** A coordinator that is known by its key. */
export type KnownCoordinator = v.InferOutput<typeof coordinator>;

/**
 * A speaker's or a controller's keys in a file: its own pair, and the public keys of the coordinators that it knows,
 * by the address it reaches them at, HOST:PORT. As with ssh, one that has another key later isn't talked to.
 */
export class KeyRing {
  readonly path: string;
  #content: v.InferOutput<typeof schema> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the file with a fresh pair when there is none. @throws {SecretFileError}, the disk's errors */
  load(): void {
    if (this.read()) return;
    this.#content = { own: newKeyPair(), coordinators: {} };
    this.#save();
  }

  /** Reads the file. False: there is none. @throws {SecretFileError} */
  read(): boolean {
    const text = readSecretFile(this.path);
    if (text === undefined) return false;
    this.#content = parse(text, this.path);
    return true;
  }

  /** This party's pair. @throws {Error} before load() */
  get own(): KeyPair {
    return this.#loaded().own;
  }

  known(address: string): KnownCoordinator | undefined {
    return this.#content?.coordinators[address];
  }

  /** From now on this is what is known of the coordinator there. @throws the disk's errors */
  remember(address: string, coordinator: KnownCoordinator): void {
    const { own, coordinators } = this.#loaded();
    this.#content = { own, coordinators: { ...coordinators, [address]: coordinator } };
    this.#save();
  }

  /** False: it wasn't known. @throws the disk's errors */
  forget(address: string): boolean {
    const { own, coordinators } = this.#loaded();
    const { [address]: known, ...others } = coordinators;
    if (known) this.#content = { own, coordinators: others };
    if (known) this.#save();
    return known !== undefined;
  }

  #loaded() {
    if (!this.#content) throw new Error(`${this.path} has not been loaded`);
    return this.#content;
  }

  #save(): void {
    const hex = (one: KnownCoordinator) => ({ ...one, proof: Buffer.from(one.proof).toString('hex') });
    const { own, coordinators } = this.#loaded();
    const entries = Object.entries(coordinators).map(([address, one]) => [address, hex(one)]);
    const text = JSON.stringify({ own, coordinators: Object.fromEntries(entries) }, null, 1);
    writeSecretFile(this.path, `${text}\n`);
  }
}

function parse(text: string, path: string): v.InferOutput<typeof schema> {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch {
    throw new SecretFileError(`${path} can't be read: remove it, and new keys are made`);
  }
}
