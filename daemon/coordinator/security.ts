import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { monotonicClock } from '../local-clock.ts';
import type { Logger } from '../logger.ts';
import type { ServerKeys } from '../net/socket-keys.ts';
import { Gatekeeper } from '../security/gatekeeper.ts';
import { fingerprint, type PublicKey } from '../security/keys.ts';
import { type MediaPurpose, MediaTokens } from '../security/media-token.ts';
import { proofFrame } from '../security/proof.ts';
import type { RuntimeKeys } from '../security/runtime-keys.ts';
import { hostNamed } from './hosts/lobby-hosts.ts';
import { KeyStore } from './keys/key-store.ts';
import { LiveKeys } from './keys/live-keys.ts';
import type { LiveLobby } from './live-lobby.ts';
import { speakerNamed } from './lobby.ts';
import type { RoomsKeys } from './room-connection.ts';

const SECRET_BYTES = 32;

/** A coordinator's keys, and what they are for: who is let in at its sockets, its rooms' and its media server. */
export class Security {
  readonly #store: KeyStore;
  readonly #gatekeeper: Gatekeeper;
  readonly #logger: Logger;
  readonly keys: LiveKeys;

  /** @param lobby is asked for once it is there */
  constructor(dataDir: string, lobby: () => LiveLobby, logger: Logger) {
    this.#store = new KeyStore(join(dataDir, 'keys', 'coordinator.json'));
    this.#gatekeeper = new Gatekeeper(() => this.#store.keys.own);
    this.#logger = logger;
    this.keys = new LiveKeys(this.#store, new MediaTokens(randomBytes(SECRET_BYTES)), {
      clock: monotonicClock,
      random: randomBytes,
      speakerId: (name) => speakerNamed(lobby().state, name).speakerId,
      removeSpeaker: (name) => lobby().change({ kind: 'forgetSpeaker', name }),
      hostId: (name) => hostNamed(lobby().state.hosts, name).hostId,
      removeHost: (name) => lobby().change({ kind: 'forgetHost', name }),
      logger,
    });
  }

  /** Reads or makes the keys. @throws {SecretFileError}; the disk's errors */
  async start(): Promise<void> {
    this.#store.start();
    await this.#gatekeeper.start();
    this.#logger.info(`the coordinator's key is ${fingerprint(this.publicKey)}`);
  }

  stop(): void {
    this.#gatekeeper.stop();
  }

  /** What it takes to be let in on this host. */
  get localKeys(): RuntimeKeys {
    const { own, local } = this.#store.keys;
    const { publicKey } = own;
    return { security: 'curve', publicKey, local, proof: proofFrame(local, publicKey) };
  }

  get publicKey(): PublicKey {
    return this.#store.keys.own.publicKey;
  }

  /** Of the lobby's socket: it lets anybody in, and finds out with each request who asks. */
  get lobbySocket(): ServerKeys {
    return this.#gatekeeper.keysFor('lobby', () => true);
  }

  /** Of the clock's: for speakers that were adopted. */
  get clockSocket(): ServerKeys {
    return this.#gatekeeper.keysFor('clock', (key) => this.keys.speakerOf(key) !== undefined);
  }

  /** What rooms are run with. @param membersOf ids of a room's members */
  rooms(membersOf: (roomId: string) => string[]): RoomsKeys {
    return {
      path: this.#store.path,
      own: () => this.#store.keys.own,
      keysOf: (speakerIds) => this.keys.keysOf(speakerIds),
      membersOf,
    };
  }

  /** Whether a track may be had, or brought, with a token. */
  allows(token: string, hash: string, purpose: MediaPurpose): boolean {
    return this.keys.allows(token, hash, purpose);
  }
}
