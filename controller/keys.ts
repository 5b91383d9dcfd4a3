import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { mediaPort } from '../daemon/coordinator/ports.ts';
import type { ClientKeys } from '../daemon/net/socket-keys.ts';
import { KeyRing } from '../daemon/security/key-ring.ts';
import { fingerprint } from '../daemon/security/keys.ts';
import { findKeys, type RuntimeKeys } from '../daemon/security/runtime-keys.ts';
import { SecretFileError } from '../daemon/security/secret-file.ts';
import type { ServerKey } from '../daemon/security/server-key.ts';
import type { Address } from './address.ts';
import { CommandError } from './exit-codes.ts';
import { explain, probe, untilAbsent } from './reachability.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ASK_WITHIN_MS = 1000;
const ASK_EVERY_MS = 200;
const PROBE_MS = 300;

/**
 * By which keys a coordinator is talked to. On its own host with those that it has left there; else with this user's
 * own pair, and the key by which the coordinator has been known since the first contact.
 */
export class CoordinatorKeys {
  readonly #address: Address;
  readonly #environment: Environment;
  readonly #ring: KeyRing;
  readonly #name: string;
  #left: RuntimeKeys | undefined;
  #keys: ClientKeys | undefined;

  constructor(address: Address, environment: Environment) {
    this.#address = address;
    this.#environment = environment;
    this.#ring = new KeyRing(keyFile(environment));
    this.#name = `${address.host}:${address.port}`;
  }

  /** For the next requests; undefined: the coordinator has none. */
  get keys(): ClientKeys | undefined {
    return this.#keys;
  }

  /** Finds the keys; asks the network only when the coordinator is new. @throws {CommandError} */
  async find(timeoutMs: number): Promise<void> {
    const { host, port } = this.#address;
    this.#left = findKeys(host, port, this.#environment);
    guarded(() => this.#ring.read());
    const known = this.#ring.known(this.#name);
    const left = this.#left;
    const isLoggedIn = known?.person !== undefined && (!left || !isAnother(left, known.publicKey));
    if (left?.security === 'none') return;
    if (known && (isLoggedIn || !left)) this.#keys = this.#knownKeys();
    else if (left) this.#keys = { own: left.local, server: left.publicKey, proof: left.proof };
    else await this.#meet(await this.#firstAnswer(timeoutMs));
  }

  /** From now on with this user's own pair, also on the coordinator's host: whoever logs in is that person. */
  async beOneself(): Promise<void> {
    if (this.#left) await this.#meet(this.#left);
  }

  /** The person who has logged in with this user's own pair; undefined: nobody is any more. @throws {CommandError} */
  setPerson(person: string | undefined): void {
    const known = this.#ring.known(this.#name);
    if (!known || known.person === person) return;
    const { person: _, ...rest } = known;
    guarded(() => this.#ring.remember(this.#name, person === undefined ? rest : { ...rest, person }));
  }

  /** How people compare the coordinator's key; undefined: it has none. */
  get fingerprint(): string | undefined {
    return this.#keys && fingerprint(this.#keys.server);
  }

  /** Why a coordinator that is there doesn't answer, if it is its key. */
  async explainSilence(): Promise<CommandError | undefined> {
    const told = await askServerKey(this.#address);
    const known = this.#keys?.server;
    if (!told || !isAnother(told, known)) return undefined;
    const now = told.security === 'none' ? 'runs without keys' : `has the key ${fingerprint(told.publicKey)}`;
    const before = known ? `the key ${fingerprint(known)}` : 'none';
    return new CommandError(
      'UNAUTHENTICATED',
      `the coordinator at ${this.#name} ${now}, and had ${before} before: if it was set up anew, or "jamctl key ` +
        'rotate" was used, type "jamctl key forget", and log in again; if not, somebody else answers there',
    );
  }

  /** The coordinator is as good as never met. @throws {CommandError} */
  forget(): boolean {
    return guarded(() => this.#ring.read() && this.#ring.forget(this.#name));
  }

  #knownKeys(): ClientKeys | undefined {
    const known = this.#ring.known(this.#name);
    return known && { own: this.#ring.own, server: known.publicKey, proof: known.proof };
  }

  async #meet(told: ServerKey): Promise<void> {
    if (told.security === 'none') return;
    const { publicKey } = told;
    // Loaded only here: node:crypto takes longer than the rest of a command.
    const { proofFrame } = await import('../daemon/security/proof.ts');
    guarded(() => {
      this.#ring.load();
      if (this.#ring.known(this.#name)?.publicKey === publicKey) return;
      this.#ring.remember(this.#name, { publicKey, proof: proofFrame(this.#ring.own, publicKey) });
    });
    this.#keys = this.#knownKeys();
  }

  async #firstAnswer(timeoutMs: number): Promise<ServerKey> {
    const address = this.#address;
    const settled = new AbortController();
    const absent = Promise.withResolvers<never>();
    const refuse = (why: Parameters<typeof explain>[1]) =>
      new CommandError('UNREACHABLE', explain(address, why, timeoutMs));
    untilAbsent(address, settled.signal).then(
      (why) => absent.reject(refuse(why)),
      () => {}, // it listens, or has answered
    );
    try {
      const told = await Promise.race([this.#askFor(timeoutMs), absent.promise]);
      if (told) return told;
      throw refuse(await probe(address, PROBE_MS));
    } finally {
      settled.abort();
    }
  }

  async #askFor(timeoutMs: number): Promise<ServerKey | undefined> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const told = await askServerKey(this.#address);
      if (told || performance.now() > untilMs) return told;
      await pause(ASK_EVERY_MS);
    }
  }
}

// Loaded only where it is needed: node:http takes longer than the rest of a command.
async function askServerKey({ host, port }: Address): Promise<ServerKey | undefined> {
  const { askServerKey: ask } = await import('../daemon/security/server-key.ts');
  return ask(host, mediaPort(port), ASK_WITHIN_MS);
}

function isAnother(told: ServerKey, known: string | undefined): boolean {
  return known !== (told.security === 'none' ? undefined : told.publicKey);
}

function keyFile({ XDG_CONFIG_HOME, HOME }: Environment): string {
  return join(XDG_CONFIG_HOME || join(HOME || homedir(), '.config'), 'jam', 'keys.json');
}

/** What goes wrong with the key file, for people. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SecretFileError) throw new CommandError('UNAUTHENTICATED', error.message);
    throw new CommandError(
      'STORAGE',
      `the keys can't be kept: ${error instanceof Error ? error.message : error}`,
    );
  }
}
