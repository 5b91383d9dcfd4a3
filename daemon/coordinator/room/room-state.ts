import type {
  HistoryEntry,
  Levels,
  Member,
  QueueItem,
  RoomSettings,
  Timeline,
} from '../../../protos/index.ts';
import { type Frames, frames, type RoomUs, roomUs } from '../../units.ts';
import { itemAfter, itemOf, type Queue } from './queue.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import type { Transports } from './transport.ts';

/** Everything a room is. Its current item is the timeline's: there is one as long as the queue isn't empty. */
export interface RoomState {
  readonly roomId: string;
  readonly name: string;
  readonly queue: Queue;
  /** The newest timeline; its anchor may still be ahead. */
  readonly timeline: Timeline;
  /** What goes on until timeline.anchorRoomUs. */
  readonly before: Timeline;
  readonly levels: Levels;
  readonly members: readonly Member[];
  /** Number for the next item added; none is used twice. */
  readonly nextItemNumber: number;
  readonly settings: RoomSettings;
  readonly transports: Transports;
  /** Who last did what; absent: nobody yet. */
  readonly lastAction?: HistoryEntry;
}

export function newRoom(roomId: string, name: string, clockId: string, now: RoomUs): RoomState {
  const timeline: Timeline = {
    epoch: 1,
    state: 'STOPPED',
    itemId: '',
    anchorFrame: 0,
    anchorRoomUs: now,
    clockId,
  };
  const levels = { volume: 100, muted: false };
  return {
    roomId,
    name,
    queue: [],
    timeline,
    before: timeline,
    levels,
    members: [],
    nextItemNumber: 1,
    settings: DEFAULT_SETTINGS,
    transports: {},
  };
}

export function currentItem(state: RoomState): QueueItem | undefined {
  return itemOf(state.queue, state.timeline.itemId);
}

/** Frame of the item that the timeline has at a room time, within 0 to the item's length. */
export function positionAt(timeline: Timeline, item: QueueItem, at: RoomUs): Frames {
  if (timeline.state !== 'PLAYING' || at <= timeline.anchorRoomUs) return frames(timeline.anchorFrame);
  const played = ((at - timeline.anchorRoomUs) * item.track.sampleRate) / 1e6;
  return frames(Math.min(timeline.anchorFrame + played, item.track.frames));
}

/** Speakers make what would sound at the next play or skip stand by once the last change is so long ago. */
const STANDING_BY_US = 600_000;

/** Whether the speakers have an item open from a frame on: what would sound at the next play or skip. */
export function standsBy(
  { queue, timeline }: RoomState,
  item: QueueItem,
  frame: number,
  now: RoomUs,
): boolean {
  if (now - timeline.anchorRoomUs < STANDING_BY_US) return false;
  const isPlaying = timeline.state === 'PLAYING';
  const itemId = isPlaying ? itemAfter(queue, timeline.itemId)?.itemId : timeline.itemId;
  return item.itemId === itemId && frame === (isPlaying ? 0 : timeline.anchorFrame);
}

/** The room time at which the current item has been heard to its end; undefined when none is playing. */
export function endOfItem(state: RoomState): RoomUs | undefined {
  const { timeline } = state;
  const item = currentItem(state);
  if (timeline.state !== 'PLAYING' || !item) return undefined;
  return roomUs(
    timeline.anchorRoomUs + ((item.track.frames - timeline.anchorFrame) * 1e6) / item.track.sampleRate,
  );
}

/**
 * The state at a room time if nobody interferes: from item to item without a gap and within one epoch,
 * each beginning exactly where the one before ends. The queue's end is a stop: a new epoch, with the
 * first item current again. Speakers come to the same by themselves.
 */
export function advance(state: RoomState, at: RoomUs): RoomState {
  let reached = state;
  for (let end = endOfItem(reached); end !== undefined && end <= at; end = endOfItem(reached)) {
    reached = { ...reached, timeline: followingTimeline(reached, end), before: reached.timeline };
  }
  return reached;
}

function followingTimeline({ queue, timeline }: RoomState, endRoomUs: RoomUs): Timeline {
  const next = itemAfter(queue, timeline.itemId);
  const anchor = { anchorFrame: 0, anchorRoomUs: endRoomUs };
  if (next) return { ...timeline, ...anchor, itemId: next.itemId };
  const itemId = queue[0]?.itemId ?? '';
  return { ...timeline, ...anchor, itemId, state: 'STOPPED', epoch: timeline.epoch + 1 };
}
