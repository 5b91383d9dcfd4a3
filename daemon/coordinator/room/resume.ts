import { type RoomUs, roomUs } from '../../units.ts';
import { advance, currentItem, positionAt, type RoomState } from './room-state.ts';

/** A moment at which the room was known to be alive. */
export interface Alive {
  readonly clockId: string;
  readonly roomUs: RoomUs;
  /** Wall time in ms since 1970, to tell people how long the room was away. */
  readonly wallMs: number;
}

/** Speakers play on by themselves for at least this long. */
const GOES_ON_WITHIN_US = 10 * 60 * 1e6;
/** Time for the speakers to find the room, and its clock, again. */
const RESUME_LEAD_US = 1_000_000;

/** The end of the queue may have been told, as an epoch more, and not saved. */
const EPOCHS_AHEAD = 2;

/**
 * The room after its process or host was away. Shortly away on the same clock: its timeline goes on, as
 * the speakers did. Otherwise a playing room plays on from where it was last alive, in a new epoch.
 */
export function resume(saved: RoomState, alive: Alive, clockId: string, now: RoomUs): RoomState {
  const awayUs = now - alive.roomUs;
  // The disk may have taken the sign of life and not the timeline that went with it.
  const isKnown = saved.timeline.clockId === alive.clockId;
  const sameClock = isKnown && clockId === alive.clockId && awayUs >= 0;
  if (sameClock && awayUs <= GOES_ON_WITHIN_US) return advance(saved, now);
  const reached = isKnown ? advance(saved, alive.roomUs) : saved;
  const item = currentItem(reached);
  const playing = reached.timeline.state === 'PLAYING';
  const timeline = {
    ...reached.timeline,
    epoch: reached.timeline.epoch + EPOCHS_AHEAD,
    anchorFrame:
      item && isKnown ? positionAt(reached.timeline, item, alive.roomUs) : saved.timeline.anchorFrame,
    anchorRoomUs: roomUs(playing ? now + RESUME_LEAD_US : now),
    clockId,
  };
  return { ...reached, timeline, before: timeline, transports: {} };
}
