import type { RoomEvent, RoomSnapshot, Upcoming } from '../../../protos/index.ts';
import { indexOf } from './queue.ts';
import type { RoomState } from './room-state.ts';

/** What one event tells. */
export type EventBody = RoomEvent['body'];

/** The current item and those after it that the speakers are told of. */
const UPCOMING_LIMIT = 20;

function upcomingOf({ queue, timeline }: RoomState): Upcoming {
  const at = Math.max(0, indexOf(queue, timeline.itemId));
  return { items: queue.slice(at, at + UPCOMING_LIMIT) };
}

/** The events that take a speaker from one state to the next; items before the timeline that names them. */
export function eventsBetween(from: RoomState, to: RoomState): EventBody[] {
  const events: EventBody[] = [];
  const upcoming = upcomingOf(to);
  if (itemIds(upcoming) !== itemIds(upcomingOf(from))) events.push({ kind: 'upcoming', ...upcoming });
  if (to.timeline !== from.timeline) events.push({ kind: 'timeline', ...to.timeline });
  if (to.levels !== from.levels) events.push({ kind: 'levels', ...to.levels });
  if (to.members !== from.members) events.push({ kind: 'members', members: [...to.members] });
  return events;
}

/** The whole state as it is after event seq of a run. */
export function snapshotOf(state: RoomState, runId: string, seq: number): RoomSnapshot {
  return {
    roomId: state.roomId,
    roomName: state.name,
    runId,
    seq,
    clockId: state.timeline.clockId,
    timeline: state.timeline,
    upcoming: upcomingOf(state),
    levels: state.levels,
    members: { members: [...state.members] },
  };
}

function itemIds({ items }: Upcoming): string {
  return items.map((item) => item.itemId).join();
}
