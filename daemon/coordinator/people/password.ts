import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../refusal.ts';

/** A password as it is kept: scrypt (RFC 7914) of it, with what that was done with. */
export interface PasswordHash {
  /** Both in hex. */
  readonly salt: string;
  readonly hash: string;
  /** scrypt's N, r and p. */
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

/** 16 MiB and a fraction of a second, one of the settings that the OWASP Password Storage Cheat Sheet names. */
const PARAMETERS = { cost: 2 ** 14, blockSize: 8, parallelization: 5 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MIN_LENGTH = 8;

/** @throws {Refusal} when it is too short to be one */
export function checkPassword(password: string): void {
  if ([...password].length >= MIN_LENGTH) return;
  throw new Refusal('BAD_REQUEST', `a password has at least ${MIN_LENGTH} characters`);
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, PARAMETERS, HASH_BYTES);
  return { ...PARAMETERS, salt: salt.toString('hex'), hash: hash.toString('hex') };
}

/**
 * Whether it is the password. Takes as long when there is none to compare with, and is false then.
 * @param kept undefined: there is no such user
 */
export async function isPassword(password: string, kept: PasswordHash | undefined): Promise<boolean> {
  const { salt, hash, ...parameters } = kept ?? NONE;
  const expected = Buffer.from(hash, 'hex');
  const actual = await derive(password, Buffer.from(salt, 'hex'), parameters, expected.length);
  return timingSafeEqual(actual, expected) && kept !== undefined;
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const NONE: PasswordHash = {
  ...PARAMETERS,
  salt: '00'.repeat(SALT_BYTES),
  hash: '00'.repeat(HASH_BYTES),
};

// The same password typed on another system may be made of other code points.
function derive(password: string, salt: Buffer, options: ScryptOptions, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
