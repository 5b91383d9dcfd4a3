import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { HostOrders } from '../../../protos/index.ts';
import { publicKey } from '../../security/key-json.ts';
import { type PublicKey, publicKeyOf } from '../../security/keys.ts';
import { readSecretFile, SecretFileError, writeSecretFile } from '../../security/secret-file.ts';

const schema = v.object({
  hostId: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  /** By which the lobby was known; absent: it has none. */
  lobby: v.exactOptional(publicKey),
  rooms: v.array(
    v.object({ roomId: v.string(), name: v.string(), slot: v.number(), speakerIds: v.array(v.string()) }),
  ),
  speakers: v.array(v.object({ speakerId: v.string(), key: publicKey })),
});

/** What a room host keeps: who it is, and what it was told to run, so that it needs no lobby to start. */
export type HostMemory = v.InferOutput<typeof schema>;

/** What a host keeps of its lobby's orders. @param lobby by which it is known; undefined: it has no key */
export function memoryOf(hostId: string, lobby: PublicKey | undefined, orders: HostOrders): HostMemory {
  const speakers = orders.speakers.map(({ speakerId, key }) => ({ speakerId, key: publicKeyOf(key) }));
  return { hostId, ...(lobby && { lobby }), rooms: orders.rooms, speakers };
}

/** Reads what was kept; makes a host's id where there is nothing. @throws {SecretFileError} */
export function readMemory(path: string): HostMemory {
  const text = readSecretFile(path);
  if (text === undefined) return { hostId: randomUUID(), rooms: [], speakers: [] };
  try {
    return v.parse(schema, JSON.parse(text));
  } catch {
    throw new SecretFileError(
      `${path} is damaged: remove it, type "jamctl host forget NAME", and adopt this host again`,
    );
  }
}

/** @throws the disk's errors */
export function writeMemory(path: string, memory: HostMemory): void {
  writeSecretFile(path, `${JSON.stringify(memory, null, 1)}\n`);
}
