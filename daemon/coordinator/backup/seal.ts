import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

// How a backup travels over plain HTTP: AES-256 in counter mode, then HMAC-SHA256 over what was encrypted, with two
// keys that are used once and have come over the encrypted side. GCM would end at 64 GiB, which tracks may exceed.

const KEY_BYTES = 32;
const TAG_BYTES = 32;
/** Each key encrypts one stream, so the counter may begin at 0. */
const FIRST_COUNTER = Buffer.alloc(16);

/** What came isn't what was sent, or not all of it. */
export class SealError extends Error {
  override name = 'SealError';
}

/** A token that one stream is sealed with. */
export function newToken(): string {
  return randomBytes(2 * KEY_BYTES).toString('base64url');
}

/** The stream encrypted, with a tag of 32 bytes at its end. */
export async function* sealed(plain: AsyncIterable<Buffer>, token: string): AsyncGenerator<Buffer> {
  const { cipherKey, macKey } = keysOf(token);
  const cipher = createCipheriv('aes-256-ctr', cipherKey, FIRST_COUNTER);
  const mac = createHmac('sha256', macKey);
  for await (const piece of plain) {
    const encrypted = cipher.update(piece);
    mac.update(encrypted);
    yield encrypted;
  }
  yield mac.digest();
}

/**
 * The stream as it was before sealed(). Only when it has ended without an error is it what was sent.
 * @throws {SealError} at its end
 */
export async function* unsealed(encrypted: AsyncIterable<Buffer>, token: string): AsyncGenerator<Buffer> {
  const { cipherKey, macKey } = keysOf(token);
  const decipher = createDecipheriv('aes-256-ctr', cipherKey, FIRST_COUNTER);
  const mac = createHmac('sha256', macKey);
  // What has come last may be the tag.
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of encrypted) {
    const all = Buffer.concat([held, piece]);
    const sure = all.subarray(0, Math.max(0, all.length - TAG_BYTES));
    held = all.subarray(sure.length);
    mac.update(sure);
    if (sure.length > 0) yield decipher.update(sure);
  }
  if (held.length < TAG_BYTES || !timingSafeEqual(held, mac.digest()))
    throw new SealError('the backup did not arrive whole: try again');
}

function keysOf(token: string): { cipherKey: Buffer; macKey: Buffer } {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== 2 * KEY_BYTES) throw new SealError('this is no token for a backup');
  return { cipherKey: bytes.subarray(0, KEY_BYTES), macKey: bytes.subarray(KEY_BYTES) };
}
