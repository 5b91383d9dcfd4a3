import type { Role } from '../../../protos/index.ts';
import type { PublicKey } from '../../security/keys.ts';
import type { Asked } from '../requests.ts';
import { type PeopleState, type Session, sessionOf, userNamed } from './people.ts';

/**
 * Who asks, as the coordinator has found out; see docs/decisions/0006-keys.md.
 *
 * - open: there are no keys (security none), so everybody may do everything
 * - local: somebody on the coordinator's host, who can read the local key
 * - session: a person who has logged in with this key
 * - speaker: one that was adopted
 * - host: a room host that was adopted
 * - stranger: anybody else
 */
export type Asker =
  | { readonly how: 'open' | 'local'; readonly id: string; readonly by: string }
  | {
      readonly how: 'session';
      readonly id: string;
      readonly by: string;
      readonly role: Role;
      readonly session: Session;
    }
  | { readonly how: 'speaker'; readonly id: string; readonly by: string; readonly speakerId: string }
  | { readonly how: 'host'; readonly id: string; readonly by: string; readonly hostId: string }
  | { readonly how: 'stranger'; readonly id: string; readonly by: string; readonly key?: PublicKey };

/** The keys that belong to others than people. */
export interface KnownKeys {
  /** Whether it is the key that only those on the coordinator's host can read. */
  isLocal(key: PublicKey): boolean;
  /** The id of the adopted speaker that has the key. */
  speakerOf(key: PublicKey): string | undefined;
  /** The id of the adopted room host that has the key. */
  hostOf(key: PublicKey): string | undefined;
}

/** What people are called who don't say who they are. */
const NAMELESS = 'somebody';
export const STRANGER = 'a stranger';

/**
 * Who asks. `id` tells askers apart, and stays when the coordinator starts again; `by` names them for people.
 * @param known undefined: there are no keys
 * @param nowMs wall time
 */
export function askerOf(
  { peerKey, by }: Asked,
  known: KnownKeys | undefined,
  people: PeopleState,
  nowMs: number,
): Asker {
  if (!known) return unproven('open', by);
  if (!peerKey) return { how: 'stranger', id: 'stranger', by: STRANGER };
  if (known.isLocal(peerKey)) return unproven('local', by);
  const speakerId = known.speakerOf(peerKey);
  if (speakerId !== undefined) return { how: 'speaker', id: peerKey, by: 'a speaker', speakerId };
  const hostId = known.hostOf(peerKey);
  if (hostId !== undefined) return { how: 'host', id: peerKey, by: 'a room host', hostId };
  const session = sessionOf(people, peerKey, nowMs);
  const user = session && userNamed(people, session.name);
  if (session && user) return { how: 'session', id: peerKey, by: user.name, role: user.role, session };
  return { how: 'stranger', id: peerKey, by: STRANGER, key: peerKey };
}

// Of those who may do everything anyway it is believed who they are.
function unproven(how: 'open' | 'local', by: string): Asker {
  return { how, id: `${how}:${by}`, by: by || NAMELESS };
}
