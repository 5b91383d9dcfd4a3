import * as v from 'valibot';
import { keyPair } from '../../daemon/security/key-json.ts';
import { clockState } from '../../protos/room.ts';

/** How one end of the measurement runs. */
export const PeerOptions = v.object({
  role: v.picklist(['client', 'responder']),
  address: v.string(),
  thread: v.picklist(['main', 'worker']),
  /** What the main thread does beside: pieces of so many ms, every 10 ms on average. */
  loadMs: v.number(),
  /** Both ends'; absent: they talk in the clear. */
  keys: v.exactOptional(v.object({ server: keyPair, client: keyPair })),
});
export type PeerOptions = v.InferOutput<typeof PeerOptions>;

/** A client's map at one update against the truth; errors are mapped − true room time. */
export const PeerUpdate = v.object({
  atMs: v.number(),
  state: clockState,
  errorUs: v.number(),
  /** Of the map before, at the moment it is replaced. */
  errorBeforeUs: v.number(),
  errorBoundUs: v.number(),
  driftPpm: v.number(),
  rssMb: v.number(),
});
export type PeerUpdate = v.InferOutput<typeof PeerUpdate>;
