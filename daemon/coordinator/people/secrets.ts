import { randomBytes, randomInt } from 'node:crypto';

// Letters and digits that nobody takes for another one.
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const CODE_GROUPS = 2;
const GROUP_LENGTH = 4;

/** A code that nobody guesses and that can be typed: xxxx-xxxx, of 31 signs each. */
export function newCode(): string {
  const sign = () => ALPHABET[randomInt(ALPHABET.length)];
  const group = () => Array.from({ length: GROUP_LENGTH }, sign).join('');
  return Array.from({ length: CODE_GROUPS }, group).join('-');
}

/** Short enough to be typed; it's no secret. */
export function newSessionId(isTaken: (id: string) => boolean): string {
  for (;;) {
    const id = randomBytes(4).toString('hex');
    if (!isTaken(id)) return id;
  }
}
