import { createHash } from 'node:crypto';
import { keyBytes, type PublicKey } from './keys.ts';

/** Of each side's number. */
export const NONCE_BYTES = 16;

/** What a speaker says of its nonce before it has seen the coordinator's: SHA-256, 32 bytes. */
export function commitmentTo(nonce: Uint8Array): Buffer {
  return createHash('sha256').update(nonce).digest();
}

/** What has come about between a coordinator and a speaker that pair. */
export interface Pairing {
  readonly coordinator: PublicKey;
  readonly speaker: PublicKey;
  readonly coordinatorNonce: Uint8Array;
  readonly speakerNonce: Uint8Array;
}

/**
 * The six digits that both sides show. With another key on either side, or by way of somebody in between, they are
 * others: numeric comparison, as in Bluetooth's Secure Simple Pairing (Core Specification, volume 2, part H, 7.2).
 */
export function pairingCode({ coordinator, speaker, coordinatorNonce, speakerNonce }: Pairing): string {
  const hash = createHash('sha256').update('jam pairing 1');
  for (const part of [keyBytes(coordinator), keyBytes(speaker), coordinatorNonce, speakerNonce])
    hash.update(part);
  return String(hash.digest().readUIntBE(0, 6) % 1_000_000).padStart(6, '0');
}
