import * as v from 'valibot';
import type { KeyPair, PublicKey, SecretKey } from './keys.ts';

// How keys are kept in files.

const hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a key is 64 lower-case hex digits'));

export const publicKey = v.pipe(
  hex,
  v.transform((text) => text as PublicKey),
);
const secretKey = v.pipe(
  hex,
  v.transform((text) => text as SecretKey),
);
export const keyPair: v.GenericSchema<unknown, KeyPair> = v.object({ publicKey, secretKey });
/** A proof frame; see proofFrame(). */
export const proof = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{128}$/),
  v.transform((text): Uint8Array => Buffer.from(text, 'hex')),
);
