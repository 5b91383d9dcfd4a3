import type { HostEntry, LobbyReply, LobbyRequest, SpeakerEntry } from '../../../protos/index.ts';
import { messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import { fingerprint, keyBytes, newKeyPair, type PublicKey } from '../../security/keys.ts';
import type { MediaPurpose, MediaTokens } from '../../security/media-token.ts';
import { NONCE_BYTES } from '../../security/pairing-code.ts';
import type { LocalClock } from '../../units.ts';
import { StorageError } from '../database.ts';
import type { KeyDesk, KeyRequest } from '../lobby-desk.ts';
import type { Asker, KnownKeys } from '../people/asker.ts';
import { Refusal } from '../refusal.ts';
import { type CoordinatorKeys, type KeyStore, keysOf } from './key-store.ts';
import {
  adopt,
  commit,
  heardOf,
  isPaired,
  noPairings,
  type PairingState,
  type PendingSpeaker,
  pendingSpeakers,
  reveal,
} from './pairing.ts';

type Request<Kind> = Extract<LobbyRequest['body'], { kind: Kind }>;
type Reply = LobbyReply['body'];

/** What the keys have around them. */
export interface KeySurroundings {
  readonly clock: LocalClock;
  /** So many random bytes. */
  readonly random: (count: number) => Uint8Array;
  /** The id of a speaker in the lobby. @throws {Refusal} when there is none of that name */
  readonly speakerId: (name: string) => string;
  readonly removeSpeaker: (name: string) => Promise<void>;
  /** The id of a room host. @throws {Refusal} when there is none of that name */
  readonly hostId: (name: string) => string;
  readonly removeHost: (name: string) => Promise<void>;
  readonly logger: Logger;
}

/** Knows whose keys there are: this host's, and those of the speakers and room hosts that were adopted; pairs with new ones. */
export class LiveKeys implements KeyDesk, KnownKeys {
  readonly #store: KeyStore;
  readonly #tokens: MediaTokens;
  readonly #around: KeySurroundings;
  #pairings: PairingState;

  /** @param store has been started when the first request comes */
  constructor(store: KeyStore, tokens: MediaTokens, around: KeySurroundings) {
    this.#store = store;
    this.#tokens = tokens;
    this.#around = around;
    this.#pairings = noPairings(around.clock());
  }

  get known(): KnownKeys {
    return this;
  }

  /** Whether it is the key that only those on the coordinator's host can read. */
  isLocal(key: PublicKey): boolean {
    return key === this.#store.keys.local.publicKey;
  }

  /** The id of the adopted speaker that has the key. */
  speakerOf(key: PublicKey): string | undefined {
    return Object.entries(this.#store.keys.speakers).find(([, one]) => one === key)?.[0];
  }

  /** The id of the adopted room host that has the key. */
  hostOf(key: PublicKey): string | undefined {
    return Object.entries(this.#store.keys.hosts).find(([, one]) => one === key)?.[0];
  }

  hostKey(hostId: string): PublicKey | undefined {
    return this.#store.keys.hosts[hostId];
  }

  /** Those of all speakers that were adopted. */
  get speakerKeys(): { speakerId: string; key: PublicKey }[] {
    return this.keysOf(Object.keys(this.#store.keys.speakers));
  }

  /** The keys of those of some speakers that were adopted. */
  keysOf(speakerIds: readonly string[]): { speakerId: string; key: PublicKey }[] {
    return keysOf(this.#store.keys.speakers, speakerIds);
  }

  /** What the coordinator's key will be from its next start on; undefined: as it is. */
  get nextKey(): Uint8Array<ArrayBuffer> | undefined {
    const { next } = this.#store.keys;
    return next && Uint8Array.from(keyBytes(next.publicKey));
  }

  /** What a speaker or room host is answered that isn't adopted. @throws {Refusal} when its id is another key's */
  welcome(hello: Request<'hello' | 'hostHello'>, asker: Asker): Reply {
    const key = keyOf(asker);
    const { speakers, hosts } = this.#store.keys;
    const one = pendingOf(hello);
    if ((one.kind === 'speaker' ? speakers : hosts)[one.speakerId])
      throw new Refusal(
        'FORBIDDEN',
        `${WORDS[one.kind]} "${one.name}" was adopted with another key: if that is lost, type ` +
          `"jamctl ${one.kind} forget ${one.name}", and adopt it again`,
      );
    const isNew = !this.#pairings.pending.has(key);
    this.#pairings = heardOf(this.#pairings, key, one, this.#around.clock());
    if (isNew) this.#around.logger.info(`${WORDS[one.kind]} ${one.name} waits to be adopted`);
    return { kind: 'pending', paired: isPaired(this.#pairings, key) };
  }

  /** @throws {Refusal} when it can't be done; {StorageError} when the disk is full or fails */
  async answer(request: KeyRequest, asker: Asker): Promise<Reply> {
    switch (request.kind) {
      case 'pairingCommit':
        return this.#commit(request, keyOf(asker));
      case 'pairingReveal': {
        const own = this.#store.keys.own.publicKey;
        this.#pairings = reveal(this.#pairings, own, keyOf(asker), request.nonce);
        return { kind: 'pending', paired: true };
      }
      case 'adoptSpeaker':
        return this.#adopt('speaker', request);
      case 'adoptHost':
        return this.#adopt('host', request);
      case 'forgetSpeaker':
        return this.#forgetSpeaker(request);
      case 'forgetHost':
        return this.#forgetHost(request);
      case 'rotateKey':
        return this.#rotate();
      case 'getMediaToken':
        return { kind: 'mediaToken', ...this.#mediaToken(request) };
    }
  }

  /** Those that wait to be adopted, as people are shown them. */
  pending(): SpeakerEntry[] {
    const about = { room: '', online: true, volume: 100, muted: false, delayUs: 0, pending: true };
    return this.#pendingOf('speaker').map(({ speakerId, name, version, device, code }) => {
      return { ...about, speakerId, name, version, device, code };
    });
  }

  /** Room hosts that wait to be adopted, as people are shown them. */
  pendingHosts(): HostEntry[] {
    const about = { online: true, rooms: 0, pending: true };
    return this.#pendingOf('host').map(({ speakerId, name, version, code, place }) => {
      const { address = '', port = 1, clockId = '' } = place ?? {};
      return { ...about, hostId: speakerId, name, version, code, address, port, clockId };
    });
  }

  #pendingOf(kind: PendingSpeaker['kind']) {
    return pendingSpeakers(this.#pairings, this.#around.clock()).filter((one) => one.kind === kind);
  }

  /** Whether a track may be had, or brought, with a token. */
  allows(token: string, hash: string, purpose: MediaPurpose): boolean {
    return this.#tokens.allows(token, hash, purpose, this.#nowMs());
  }

  #commit({ commitment }: Request<'pairingCommit'>, key: PublicKey): Reply {
    const nonce = Uint8Array.from(this.#around.random(NONCE_BYTES));
    this.#pairings = commit(this.#pairings, key, commitment, nonce, this.#around.clock());
    return { kind: 'pairingChallenge', nonce };
  }

  #adopt(kind: PendingSpeaker['kind'], { name, code }: { name: string; code: string }): Reply {
    const { state, adopted, refusal } = adopt(this.#pairings, kind, name, code);
    if (adopted) {
      const { key, speaker } = adopted;
      const { keys } = this.#store;
      const fresh = { [speaker.speakerId]: key };
      if (kind === 'speaker') this.#save({ ...keys, speakers: { ...keys.speakers, ...fresh } });
      else this.#save({ ...keys, hosts: { ...keys.hosts, ...fresh } });
      this.#around.logger.info(`${WORDS[kind]} ${speaker.name} is adopted, its key is ${fingerprint(key)}`);
    }
    this.#pairings = state;
    if (!refusal) return { kind: 'done', note: `${adopted?.speaker.name ?? name} is adopted` };
    this.#around.logger.warn(`a ${WORDS[kind]} was not adopted: ${refusal.message}`);
    throw refusal;
  }

  // A stranger first, or a hello in between would bring it back.
  async #forgetSpeaker({ name }: Request<'forgetSpeaker'>): Promise<Reply> {
    const { [this.#around.speakerId(name)]: key, ...speakers } = this.#store.keys.speakers;
    if (key) this.#save({ ...this.#store.keys, speakers });
    await this.#around.removeSpeaker(name);
    this.#around.logger.info(`speaker ${name} is forgotten`);
    return { kind: 'done', note: `${name} is forgotten: it has to be adopted before it plays again` };
  }

  // Its rooms first: while it has some it stays.
  async #forgetHost({ name }: Request<'forgetHost'>): Promise<Reply> {
    const { [this.#around.hostId(name)]: key, ...hosts } = this.#store.keys.hosts;
    await this.#around.removeHost(name);
    if (key) this.#save({ ...this.#store.keys, hosts });
    this.#around.logger.info(`room host ${name} is forgotten`);
    return { kind: 'done', note: `${name} is forgotten: it has to be adopted before it runs rooms again` };
  }

  #rotate(): Reply {
    const next = newKeyPair();
    this.#save({ ...this.#store.keys, next });
    const shown = fingerprint(next.publicKey);
    this.#around.logger.warn(`the coordinator's key will be ${shown} from its next start on`);
    const note =
      `From its next start on the coordinator's key is ${shown}. Speakers that are online have heard of it ` +
      'within 2 s; one that is not until then has to be adopted again, and people log in again.';
    return { kind: 'done', note };
  }

  #mediaToken({ hash, upload }: Request<'getMediaToken'>) {
    return this.#tokens.make(hash, upload ? 'upload' : 'fetch', this.#nowMs());
  }

  #nowMs(): number {
    return this.#around.clock() / 1000;
  }

  #save(keys: CoordinatorKeys): void {
    try {
      this.#store.save(keys);
    } catch (error) {
      throw new StorageError(`${this.#store.path} can't be written: ${messageOf(error)}`);
    }
  }
}

const WORDS = { speaker: 'speaker', host: 'room host' } as const;

function pendingOf(hello: Request<'hello' | 'hostHello'>): PendingSpeaker {
  const { name, version } = hello;
  if (hello.kind === 'hello')
    return { kind: 'speaker', speakerId: hello.speakerId, name, version, device: hello.device };
  const { hostId, address, port, clockId } = hello;
  return { kind: 'host', speakerId: hostId, name, version, device: '', place: { address, port, clockId } };
}

function keyOf(asker: Asker): PublicKey {
  if (asker.how === 'stranger' && asker.key) return asker.key;
  throw new Refusal('REFUSED', 'only a speaker or room host that shows a key, and is not adopted yet, pairs');
}
