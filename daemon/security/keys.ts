import { curveKeyPair } from 'zeromq';
import { fromZ85 } from './z85.ts';

// Curve25519 keys, as 64 lower-case hex digits: they can be compared, stored and shown as they are.

declare const kind: unique symbol;
type Hex<Kind extends string> = string & { readonly [kind]: Kind };

/** Who a party is: everybody may know it. */
export type PublicKey = Hex<'PublicKey'>;
/** What makes a party who it is: it never leaves its host. */
export type SecretKey = Hex<'SecretKey'>;

/** One party's keys. */
export interface KeyPair {
  readonly publicKey: PublicKey;
  readonly secretKey: SecretKey;
}

/** Of a key in bytes. */
export const KEY_BYTES = 32;

const HEX = /^[0-9a-f]{64}$/;

/** Undefined unless the text is 64 lower-case hex digits. */
export function parsePublicKey(text: string): PublicKey | undefined {
  return HEX.test(text) ? (text as PublicKey) : undefined;
}

/** Undefined unless the text is 64 lower-case hex digits. */
export function parseSecretKey(text: string): SecretKey | undefined {
  return HEX.test(text) ? (text as SecretKey) : undefined;
}

/** @throws {RangeError} unless there are 32 bytes */
export function publicKeyOf(bytes: Uint8Array): PublicKey {
  return hexOf(bytes) as PublicKey;
}

/** The key's 32 bytes. */
export function keyBytes(key: PublicKey | SecretKey): Buffer {
  return Buffer.from(key, 'hex');
}

/** How people compare keys: groups of four digits of the first half. */
export function fingerprint(key: PublicKey): string {
  return key.slice(0, KEY_BYTES).match(/.{4}/g)?.join('-') ?? key;
}

/** A pair that nobody has had before. */
export function newKeyPair(): KeyPair {
  const { publicKey, secretKey } = curveKeyPair();
  return { publicKey: publicKeyOf(fromZ85(publicKey)), secretKey: hexOf(fromZ85(secretKey)) as SecretKey };
}

function hexOf(bytes: Uint8Array): string {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${bytes.length}`);
  return Buffer.from(bytes).toString('hex');
}
