import * as v from 'valibot';

// What a room's process and its supervisor say to each other beside the sockets.

/** Asked of a room's process; it answers HERE. */
export const ARE_YOU_THERE = 'are you there?';
/** Told by a room's process when its sockets are open. */
export const READY = 'ready';
export const HERE = 'here';

/** What a room's process tells; before it ends, why it can't start. */
const roomMessage = v.union([v.literal(READY), v.literal(HERE), v.object({ cannotStart: v.string() })]);
export type RoomMessage = v.InferOutput<typeof roomMessage>;

/** @throws when it is none */
export function parseRoomMessage(message: unknown): RoomMessage {
  return v.parse(roomMessage, message);
}
