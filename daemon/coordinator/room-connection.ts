import { RoomReply, RoomRequest } from '../../protos/index.ts';
import { Requester } from '../net/requester.ts';
import type { ClientKeys } from '../net/socket-keys.ts';
import { type KeyPair, keyBytes, type PublicKey } from '../security/keys.ts';
import { proofFrame } from '../security/proof.ts';
import type { RoomLink } from './room-child.ts';

/** The keys by which rooms know their lobby and their members. */
export interface RoomsKeys {
  /** Where the rooms find the pair that is theirs, too: that of the program that runs them. */
  readonly path: string;
  readonly own: () => KeyPair;
  /** The lobby's, where it is on another host. */
  readonly lobby?: () => PublicKey | undefined;
  /** Of those of some speakers that were adopted. */
  keysOf(speakerIds: readonly string[]): { speakerId: string; key: PublicKey }[];
  /** The ids of a room's members. */
  membersOf(roomId: string): string[];
}

/**
 * Connects a lobby to one of its rooms. Keys of members, of whom the lobby's logic knows no keys, are added on the way.
 * @param address of the room's requests, such as tcp://127.0.0.1:7411
 * @param keys undefined: there are none
 * @param server whose key the room has; the lobby's own unless told
 */
export function connectRoom(address: string, keys: RoomsKeys | undefined, server?: PublicKey): RoomLink {
  const link = new Requester(address, RoomRequest, RoomReply, keys && lobbyKeys(keys.own(), server));
  link.start();
  return keys ? withMembersKeys(link, keys) : link;
}

function lobbyKeys(own: KeyPair, server = own.publicKey): ClientKeys {
  return { own, server, proof: proofFrame(own, server) };
}

function withMembersKeys(link: RoomLink, keys: RoomsKeys): RoomLink {
  const withKeys = (body: RoomRequest['body']): RoomRequest['body'] => {
    if (body.kind !== 'setMembers') return body;
    const known = keys.keysOf(body.members.map(({ speakerId }) => speakerId));
    return { ...body, keys: known.map(({ speakerId, key }) => ({ speakerId, key: bytesOf(key) })) };
  };
  return {
    request: (body, timeoutMs, head) => link.request(withKeys(body), timeoutMs, head),
    stop: () => link.stop(),
  };
}

const bytesOf = (key: PublicKey) => Uint8Array.from(keyBytes(key));
