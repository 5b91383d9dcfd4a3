import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { LobbyReply, LobbyRequest } from '../../protos/index.ts';
import { mediaPort } from '../coordinator/ports.ts';
import type { Logger } from '../logger.ts';
import { NoReplyError, type RequestHead } from '../net/request.ts';
import { Requester } from '../net/requester.ts';
import type { ClientKeys } from '../net/socket-keys.ts';
import type { KeyRing } from '../security/key-ring.ts';
import { fingerprint, type PublicKey, publicKeyOf } from '../security/keys.ts';
import { commitmentTo, NONCE_BYTES, pairingCode } from '../security/pairing-code.ts';
import { proofFrame } from '../security/proof.ts';
import { findKeys } from '../security/runtime-keys.ts';
import { askServerKey } from '../security/server-key.ts';
import type { LobbyRequests } from './lobby-link.ts';

/** What a keyed lobby is told. */
export interface KeyedLobbyOptions {
  /** What it is that comes to the lobby. */
  readonly as: 'speaker' | 'host';
  readonly host: string;
  readonly port: number;
  /** The speaker's own keys, and the coordinators' that it knows. */
  readonly ring: KeyRing;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The coordinator is known by another key now: its other sockets have to be connected anew. */
  readonly onNewKey: () => void;
  readonly log: Logger;
}

type Body = LobbyRequest['body'];
type Hello = Extract<Body, { kind: 'hello' | 'hostHello' }>;
type Reply = LobbyReply['body'];
type Connection = Requester<Body, Reply>;
/** How a coordinator is talked to; found: its key was left on this host. */
type Approach = { readonly keys: ClientKeys | undefined; readonly found: boolean };

const STEP_MS = 1500;
const KEY_WITHIN_MS = 1000;
const LOOK_EVERY_MS = 200;

/**
 * A coordinator's lobby to a speaker or room host: finds out by which key it is known, pairs with it, and keeps to that key once
 * it was adopted. On the coordinator's own host it adopts itself.
 */
export class KeyedLobby implements LobbyRequests {
  readonly #options: KeyedLobbyOptions;
  readonly #address: string;
  #connection: Connection | undefined;
  #approach: Approach | undefined;
  #approaching: Promise<Approach> | undefined;
  #code = '';
  #problem = '';
  #stopped = false;

  constructor(options: KeyedLobbyOptions) {
    this.#options = options;
    this.#address = `${options.host}:${options.port}`;
  }

  stop(): void {
    this.#stopped = true;
    this.#connection?.stop();
  }

  /** For the coordinator's other sockets; undefined: there are no keys, or nobody has answered yet. */
  get keys(): ClientKeys | undefined {
    return this.#approach?.keys;
  }

  /** For sockets of another server that belongs to the coordinator. @param server its public key; empty: the coordinator's */
  keysFor(server: Uint8Array): ClientKeys | undefined {
    const { keys } = this;
    if (!keys || server.length === 0) return keys;
    const key = publicKeyOf(server);
    return { own: keys.own, server: key, proof: proofFrame(keys.own, key) };
  }

  /** @throws {NoReplyError} after timeoutMs */
  async request(body: Body, timeoutMs: number, head?: RequestHead): Promise<Reply> {
    try {
      const connection = await this.#connected(timeoutMs);
      const reply = await connection.request(body, timeoutMs, head);
      if (body.kind !== 'hello' && body.kind !== 'hostHello') return reply;
      return reply.kind === 'pending'
        ? await this.#pair(connection, body, reply.paired)
        : this.#welcomed(reply);
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error;
      await this.#lookAgain();
      if (this.#problem) return refusal(this.#problem);
      throw error;
    }
  }

  async #connected(timeoutMs: number): Promise<Connection> {
    if (this.#connection) return this.#connection;
    this.#approaching ??= this.#findApproach(timeoutMs).finally(() => {
      this.#approaching = undefined;
    });
    const approach = await this.#approaching;
    return this.#connection ?? this.#connect(approach);
  }

  #connect(approach: Approach): Connection {
    if (this.#stopped) throw new NoReplyError('the lobby is not asked any more');
    this.#connection?.stop();
    const before = this.#approach;
    this.#approach = approach;
    this.#connection = this.#open(approach.keys);
    if (before && before.keys?.server !== approach.keys?.server) this.#options.onNewKey();
    return this.#connection;
  }

  #open(keys: ClientKeys | undefined): Connection {
    const connection = new Requester(`tcp://${this.#address}`, LobbyRequest, LobbyReply, keys);
    connection.start();
    return connection;
  }

  // What was left on this host counts most, then what is known, then what the coordinator says itself.
  async #findApproach(timeoutMs: number): Promise<Approach> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const approach = await this.#lookForApproach();
      if (approach) return approach;
      if (this.#stopped || performance.now() > untilMs)
        throw new NoReplyError(`nobody answers at ${this.#address}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  async #lookForApproach(): Promise<Approach | undefined> {
    const { host, port, ring, environment } = this.#options;
    const left = findKeys(host, port, environment);
    if (left?.security === 'curve') return { keys: this.#keysTo(left.publicKey), found: true };
    const known = ring.known(this.#address);
    if (known) return { keys: this.#keysTo(known.publicKey), found: false };
    if (left) return { keys: undefined, found: true };
    const told = await askServerKey(host, mediaPort(port), KEY_WITHIN_MS);
    if (!told) return undefined;
    if (told.security === 'none') return { keys: undefined, found: false };
    return { keys: this.#keysTo(told.publicKey), found: false };
  }

  #keysTo(server: PublicKey): ClientKeys {
    const { own } = this.#options.ring;
    return { own, server, proof: proofFrame(own, server) };
  }

  /** Nobody answers: maybe the coordinator has another key now. */
  async #lookAgain(): Promise<void> {
    const { host, port, environment, ring } = this.#options;
    const current = this.#approach?.keys?.server;
    const left = findKeys(host, port, environment);
    const told = left ?? (await askServerKey(host, mediaPort(port), KEY_WITHIN_MS));
    const server = told?.security === 'curve' ? told.publicKey : undefined;
    this.#problem = '';
    if (!told || !this.#approach || server === current) return;
    const known = left?.security === 'curve' ? undefined : ring.known(this.#address);
    if (known && server !== known.publicKey && server !== known.nextKey) {
      this.#problem = this.#changedKey(known.publicKey, server);
      return;
    }
    if (known && server && server === known.nextKey) this.#remember(server);
    this.#connect({ keys: server && this.#keysTo(server), found: left !== undefined });
  }

  #changedKey(known: PublicKey, told: PublicKey | undefined): string {
    const now = told ? `the key ${fingerprint(told)}` : 'no key';
    return (
      `the coordinator at ${this.#address} has ${now} now, and had ${fingerprint(known)} when it adopted this ` +
      `${this.#options.as}: if it was set up anew, remove ${this.#options.ring.path} and adopt the ` +
      `${this.#options.as} again; if not, ` +
      'somebody else answers there'
    );
  }

  #welcomed(reply: Reply): Reply {
    if (reply.kind !== 'assignment' && reply.kind !== 'hostOrders') return reply;
    this.#code = '';
    const server = this.#approach?.keys?.server;
    if (server && !this.#approach?.found) this.#remember(server, reply.nextKey && publicKeyOf(reply.nextKey));
    return reply;
  }

  #remember(publicKey: PublicKey, nextKey?: PublicKey): void {
    const { ring, log } = this.#options;
    const known = ring.known(this.#address);
    if (known?.publicKey === publicKey && known.nextKey === nextKey) return;
    const { proof } = this.#keysTo(publicKey);
    try {
      ring.remember(this.#address, { publicKey, proof, ...(nextKey && { nextKey }) });
      log.info(`keeps to the coordinator's key ${fingerprint(nextKey ?? publicKey)}`);
    } catch (error) {
      log.warn(`the coordinator's key can't be kept: ${String(error)}`);
    }
  }

  async #pair(connection: Connection, hello: Hello, paired: boolean): Promise<Reply> {
    if (!paired || this.#code === '') {
      const failure = await this.#makeCode(connection);
      if (failure) return failure;
    }
    if (await this.#adoptItself(hello.name)) return this.#welcomed(await connection.request(hello, STEP_MS));
    return refusal(
      `it waits to be adopted, and shows the code ${this.#code}: type ` +
        `"jamctl ${this.#options.as} adopt ${hello.name} --code ${this.#code}"`,
    );
  }

  /** @returns what the coordinator says against it */
  async #makeCode(connection: Connection): Promise<Reply | undefined> {
    const { keys } = this;
    if (!keys) return refusal('it is to be adopted, by a coordinator without keys');
    const speakerNonce = Uint8Array.from(randomBytes(NONCE_BYTES));
    const commitment = Uint8Array.from(commitmentTo(speakerNonce));
    const challenge = await connection.request({ kind: 'pairingCommit', commitment }, STEP_MS);
    if (challenge.kind !== 'pairingChallenge') return challenge;
    const revealed = await connection.request({ kind: 'pairingReveal', nonce: speakerNonce }, STEP_MS);
    if (revealed.kind !== 'pending') return revealed;
    const [coordinator, speaker] = [keys.server, keys.own.publicKey];
    this.#code = pairingCode({ coordinator, speaker, coordinatorNonce: challenge.nonce, speakerNonce });
    return undefined;
  }

  /** With the key that only those on the coordinator's host can read. */
  async #adoptItself(name: string): Promise<boolean> {
    const { host, port, environment } = this.#options;
    const left = findKeys(host, port, environment);
    if (left?.security !== 'curve' || left.publicKey !== this.keys?.server) return false;
    const kind = this.#options.as === 'speaker' ? 'adoptSpeaker' : 'adoptHost';
    const connection = this.#open({ own: left.local, server: left.publicKey, proof: left.proof });
    try {
      return (await connection.request({ kind, name, code: this.#code }, STEP_MS)).kind === 'done';
    } finally {
      connection.stop();
    }
  }
}

function refusal(message: string): Reply {
  return { kind: 'failure', code: 'UNAUTHENTICATED', message };
}
