import type { RoomRequest } from '../../../protos/index.ts';
import { type PublicKey, publicKeyOf } from '../../security/keys.ts';
import { Refusal } from '../refusal.ts';

/** Who may connect to a room's sockets and what they may ask there: its lobby anything, a member only for itself. */
export class Admission {
  readonly #lobby: PublicKey;
  #members: ReadonlyMap<PublicKey, string>;

  /** @param members speaker ids by key, until the lobby tells */
  constructor(lobby: PublicKey, members: ReadonlyMap<PublicKey, string>) {
    this.#lobby = lobby;
    this.#members = members;
  }

  isMember(key: PublicKey): boolean {
    return this.#members.has(key);
  }

  isKnown(key: PublicKey): boolean {
    return key === this.#lobby || this.isMember(key);
  }

  /** Whether a speaker's report comes from that speaker. */
  isOf(speakerId: string, key: PublicKey | undefined): boolean {
    return key !== undefined && this.#members.get(key) === speakerId;
  }

  /** True when one that was a member is none any more. */
  setMembers(keys: Extract<RoomRequest['body'], { kind: 'setMembers' }>['keys']): boolean {
    const before = this.#members;
    this.#members = new Map(keys.map(({ speakerId, key }) => [publicKeyOf(key), speakerId]));
    return [...before.keys()].some((key) => !this.#members.has(key));
  }

  /** @throws {Refusal} unless whoever has the key may ask that */
  permit(request: RoomRequest['body'], key: PublicKey | undefined): void {
    if (key === this.#lobby) return;
    if (request.kind === 'getSnapshot' && this.isOf(request.speakerId, key)) return;
    throw new Refusal('FORBIDDEN', 'a room takes commands from its lobby alone: ask that');
  }
}
