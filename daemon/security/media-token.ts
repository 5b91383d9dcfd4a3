import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token is good for. */
export type MediaPurpose = 'fetch' | 'upload';

const LIFETIME_MS = 10 * 60 * 1000;
const MAC_BYTES = 32;

/**
 * Makes and checks the tokens with which tracks are fetched and uploaded: EXPIRY.MAC, where EXPIRY is a time of the
 * maker's own and MAC an HMAC-SHA256 over track, purpose and expiry. They are of use for ten minutes.
 */
export class MediaTokens {
  readonly #secret: Uint8Array;

  /** @param secret 32 random bytes, which are this object's alone */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** @param hash the track's @param nowMs on a clock that only goes forward */
  make(hash: string, purpose: MediaPurpose, nowMs: number): { token: string; expiresInMs: number } {
    const expiryMs = Math.floor(nowMs + LIFETIME_MS);
    const mac = this.#mac(hash, purpose, expiryMs).toString('base64url');
    return { token: `${expiryMs}.${mac}`, expiresInMs: LIFETIME_MS };
  }

  /** Whether the token is one of make()'s for that and hasn't expired. */
  allows(token: string, hash: string, purpose: MediaPurpose, nowMs: number): boolean {
    const [, expiry = '', text = ''] = /^(\d{1,16})\.([\w-]{43})$/.exec(token) ?? [];
    const mac = Buffer.from(text, 'base64url');
    if (expiry === '' || mac.length !== MAC_BYTES || nowMs >= Number(expiry)) return false;
    return timingSafeEqual(mac, this.#mac(hash, purpose, Number(expiry)));
  }

  #mac(hash: string, purpose: MediaPurpose, expiryMs: number): Buffer {
    return createHmac('sha256', this.#secret).update(`jam media 1 ${purpose} ${hash} ${expiryMs}`).digest();
  }
}
