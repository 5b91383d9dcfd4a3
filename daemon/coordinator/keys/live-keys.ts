import type { LobbyReply, LobbyRequest, SpeakerEntry } from '../../../protos/index.ts';
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
  readonly logger: Logger;
}

/** Knows whose keys there are: this host's, and those of the speakers that were adopted; pairs with new ones. */
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

  /** The keys of those of some speakers that were adopted. */
  keysOf(speakerIds: readonly string[]): { speakerId: string; key: PublicKey }[] {
    return keysOf(this.#store.keys.speakers, speakerIds);
  }

  /** What the coordinator's key will be from its next start on; undefined: as it is. */
  get nextKey(): Uint8Array<ArrayBuffer> | undefined {
    const { next } = this.#store.keys;
    return next && Uint8Array.from(keyBytes(next.publicKey));
  }

  /** What a speaker is answered that isn't adopted. @throws {Refusal} when its id is another key's */
  welcome(hello: Request<'hello'>, asker: Asker): Reply {
    const key = keyOf(asker);
    if (this.#store.keys.speakers[hello.speakerId])
      throw new Refusal(
        'FORBIDDEN',
        `speaker "${hello.name}" was adopted with another key: if that is lost, type ` +
          `"jamctl speaker forget ${hello.name}", and adopt it again`,
      );
    const isNew = !this.#pairings.pending.has(key);
    this.#pairings = heardOf(this.#pairings, key, hello, this.#around.clock());
    if (isNew) this.#around.logger.info(`speaker ${hello.name} waits to be adopted`);
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
        return this.#adopt(request);
      case 'forgetSpeaker':
        return this.#forget(request);
      case 'rotateKey':
        return this.#rotate();
      case 'getMediaToken':
        return { kind: 'mediaToken', ...this.#mediaToken(request) };
    }
  }

  /** Those that wait to be adopted, as people are shown them. */
  pending(): SpeakerEntry[] {
    const about = { room: '', online: true, volume: 100, muted: false, delayUs: 0, pending: true };
    return pendingSpeakers(this.#pairings, this.#around.clock()).map(
      ({ speakerId, name, version, device, code }) => ({ ...about, speakerId, name, version, device, code }),
    );
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

  #adopt({ name, code }: Request<'adoptSpeaker'>): Reply {
    const { state, adopted, refusal } = adopt(this.#pairings, name, code);
    if (adopted) {
      const { key, speaker } = adopted;
      const { keys } = this.#store;
      this.#save({ ...keys, speakers: { ...keys.speakers, [speaker.speakerId]: key } });
      this.#around.logger.info(`speaker ${speaker.name} is adopted, its key is ${fingerprint(key)}`);
    }
    this.#pairings = state;
    if (!refusal) return { kind: 'done', note: `${adopted?.speaker.name ?? name} is adopted` };
    this.#around.logger.warn(`a speaker was not adopted: ${refusal.message}`);
    throw refusal;
  }

  // A stranger first, or a hello in between would bring it back.
  async #forget({ name }: Request<'forgetSpeaker'>): Promise<Reply> {
    const { [this.#around.speakerId(name)]: key, ...speakers } = this.#store.keys.speakers;
    if (key) this.#save({ ...this.#store.keys, speakers });
    await this.#around.removeSpeaker(name);
    this.#around.logger.info(`speaker ${name} is forgotten`);
    return { kind: 'done', note: `${name} is forgotten: it has to be adopted before it plays again` };
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

function keyOf(asker: Asker): PublicKey {
  if (asker.how === 'stranger' && asker.key) return asker.key;
  throw new Refusal('REFUSED', 'only a speaker that shows a key, and is not adopted yet, pairs');
}
