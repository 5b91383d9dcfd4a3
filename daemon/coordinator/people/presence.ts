import { type LocalUs, localUs } from '../../units.ts';

/** Where an asker is. */
interface Place {
  /** Undefined: has left, and a client that still says it is there is to be told. */
  readonly roomId: string | undefined;
  /** The asker's name, for people. */
  readonly name: string;
  readonly seenUs: LocalUs;
}

/** Who has joined which room, by askers' ids. It isn't kept: clients say that they are still there. */
export type Presence = ReadonlyMap<string, Place>;

/** A client that hasn't said that it is still there for longer isn't. */
const LAPSES_AFTER_US = 45_000_000;

export function join(
  presence: Presence,
  asker: { id: string; by: string },
  roomId: string,
  now: LocalUs,
): Presence {
  return new Map(alive(presence, now)).set(asker.id, { roomId, name: asker.by, seenUs: now });
}

export function leave(presence: Presence, asker: { id: string; by: string }, now: LocalUs): Presence {
  if (!roomOf(presence, asker.id, now)) return presence;
  return new Map(alive(presence, now)).set(asker.id, { roomId: undefined, name: asker.by, seenUs: now });
}

/** Undefined: nothing is known of the asker, who may join again. */
export function stillHere(presence: Presence, id: string, now: LocalUs): Presence | undefined {
  const place = alive(presence, now).get(id);
  return place?.roomId === undefined ? undefined : new Map(presence).set(id, { ...place, seenUs: now });
}

/** The room that an asker is in. */
export function roomOf(presence: Presence, id: string, now: LocalUs): string | undefined {
  return alive(presence, now).get(id)?.roomId;
}

/** Whether the asker has left a short while ago. */
export function hasLeft(presence: Presence, id: string, now: LocalUs): boolean {
  const place = alive(presence, now).get(id);
  return place !== undefined && place.roomId === undefined;
}

/** Those whose logins are over are nowhere. */
export function withoutAskers(presence: Presence, ids: readonly string[]): Presence {
  const next = new Map(presence);
  for (const id of ids) next.delete(id);
  return next;
}

/** When a room is gone, those in it are in another. */
export function moved(presence: Presence, from: string, to: string): Presence {
  return new Map(
    [...presence].map(([id, place]) => [id, place.roomId === from ? { ...place, roomId: to } : place]),
  );
}

/** The names of those in a room, each once, in order. */
export function peopleIn(presence: Presence, roomId: string, now: LocalUs): string[] {
  const there = [...alive(presence, now).values()].filter((place) => place.roomId === roomId);
  return [...new Set(there.map(({ name }) => name))].sort();
}

function alive(presence: Presence, now: LocalUs): Presence {
  const earliest = localUs(now - LAPSES_AFTER_US);
  return new Map([...presence].filter(([, { seenUs }]) => seenUs >= earliest));
}
