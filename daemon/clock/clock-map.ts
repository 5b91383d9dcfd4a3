import { type LocalUs, localUs, type RoomUs, roomUs } from '../units.ts';

/** How local time becomes room time: a line through (refLocalUs, refLocalUs + offsetUs). */
export interface ClockMap {
  /** Identity of the room clock; a map is of no use for times of another. */
  readonly clockId: string;
  readonly refLocalUs: LocalUs;
  /** room − local at refLocalUs. */
  readonly offsetUs: number;
  /** The room clock's rate against the local clock's; positive: the room clock is faster. */
  readonly driftPpm: number;
  /** Bound on the offset's error at refLocalUs. */
  readonly errorBoundUs: number;
}

export function toRoom(map: ClockMap, local: LocalUs): RoomUs {
  return roomUs(local + map.offsetUs + (local - map.refLocalUs) * map.driftPpm * 1e-6);
}

export function toLocal(map: ClockMap, room: RoomUs): LocalUs {
  const elapsedRoomUs = room - map.offsetUs - map.refLocalUs;
  return localUs(map.refLocalUs + elapsedRoomUs / (1 + map.driftPpm * 1e-6));
}
