import { createHmac, createPrivateKey, createPublicKey, diffieHellman, timingSafeEqual } from 'node:crypto';
import { KEY_BYTES, type KeyPair, keyBytes, type PublicKey, publicKeyOf } from './keys.ts';

// The second frame of a message: who sends it. ZeroMQ's binding knows the key of a connection only when the
// connection is made; a ROUTER couldn't tell whose a request is.

const PROOF_BYTES = 32;
const WORDS = 'jam proof 1';
/** Whoever sends many wrong ones costs time, not memory. */
const REMEMBERED = 1000;

/**
 * The frame that shows a server who asks: the asker's public key (32 bytes), then HMAC-SHA256 over the words
 * `jam proof 1`, keyed with the X25519 shared secret of asker and server (RFC 7748). Always the same for the same two.
 * @throws {Error} when one of the keys is none
 */
export function proofFrame(own: KeyPair, server: PublicKey): Uint8Array {
  return Buffer.concat([keyBytes(own.publicKey), proof(own, server)]);
}

/** A server's side: finds whom a frame proves. */
export class ProofChecker {
  readonly #own: KeyPair;
  readonly #known = new Map<PublicKey, Buffer>();

  constructor(own: KeyPair) {
    this.#own = own;
  }

  /** The public key that a frame proves; undefined when it is none, or a wrong one. */
  provenKey(frame: Uint8Array | undefined): PublicKey | undefined {
    if (frame?.length !== KEY_BYTES + PROOF_BYTES) return undefined;
    const key = publicKeyOf(frame.subarray(0, KEY_BYTES));
    const expected = this.#known.get(key) ?? this.#expected(key);
    if (!expected || !timingSafeEqual(expected, frame.subarray(KEY_BYTES))) return undefined;
    this.#remember(key, expected);
    return key;
  }

  #expected(key: PublicKey): Buffer | undefined {
    try {
      return proof(this.#own, key);
    } catch {
      // Not a point that has a shared secret with anyone.
      return undefined;
    }
  }

  #remember(key: PublicKey, expected: Buffer): void {
    if (this.#known.has(key)) return;
    const [oldest] = this.#known.keys();
    if (oldest && this.#known.size >= REMEMBERED) this.#known.delete(oldest);
    this.#known.set(key, expected);
  }
}

function proof(own: KeyPair, other: PublicKey): Buffer {
  const secret = diffieHellman({ privateKey: privateKey(own), publicKey: publicKey(other) });
  return createHmac('sha256', secret).update(WORDS).digest();
}

function privateKey({ publicKey, secretKey }: KeyPair) {
  const [x, d] = [base64url(publicKey), base64url(secretKey)];
  return createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', x, d }, format: 'jwk' });
}

function publicKey(key: PublicKey) {
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: base64url(key) }, format: 'jwk' });
}

const base64url = (key: Parameters<typeof keyBytes>[0]) => keyBytes(key).toString('base64url');
