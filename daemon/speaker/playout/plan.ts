import type { Timeline, Track, Upcoming } from '../../../protos/index.ts';
import { type Frames, frames, type RoomUs, roomUs } from '../../units.ts';

/** A stretch of room time in which one thing is heard; it lasts until the next segment begins. */
export interface Segment {
  readonly fromRoomUs: RoomUs;
  readonly epoch: number;
  /** Absent: silence. */
  readonly sound?: Sound;
}

/** A track from anchorFrame on. */
export interface Sound {
  readonly itemId: string;
  readonly track: Track;
  /** Frame heard when the segment begins. */
  readonly anchorFrame: Frames;
}

/** What is heard when: segments in ascending order, the last one lasts for ever; silence before the first. */
export interface Plan {
  /** The clock that the room times are on. */
  readonly clockId: string;
  readonly segments: readonly Segment[];
  /** What would sound at the next play or skip: worth having ready. */
  readonly standby: Sound | undefined;
}

export const emptyPlan: Plan = { clockId: '', segments: [], standby: undefined };

/**
 * The plan that a timeline and the items it knows of make: track after track without a gap, then silence.
 * Undefined while the timeline plays an item that isn't among them: the other half of a change is on its way.
 */
export function planOf(timeline: Timeline, upcoming: Upcoming): Plan | undefined {
  const { epoch, clockId } = timeline;
  const known = soundsOf(timeline, upcoming);
  if (!known) return undefined;
  const isPlaying = timeline.state === 'PLAYING';
  const sounds = isPlaying ? known : [];
  const segments: Segment[] = [];
  let fromRoomUs = roomUs(timeline.anchorRoomUs);
  for (const sound of sounds) {
    segments.push({ fromRoomUs, epoch, sound });
    fromRoomUs = roomUs(fromRoomUs + durationUs(sound));
  }
  segments.push({ fromRoomUs, epoch });
  return { clockId, segments, standby: known[isPlaying ? 1 : 0] };
}

/** The timeline's item from its anchor on and those after it; undefined when a playing item isn't known. */
function soundsOf(timeline: Timeline, upcoming: Upcoming): Sound[] | undefined {
  const first = upcoming.items.findIndex((item) => item.itemId === timeline.itemId);
  if (first < 0) return timeline.state === 'PLAYING' ? undefined : [];
  return upcoming.items.slice(first).map(({ itemId, track }, i) => ({
    itemId,
    track,
    anchorFrame: frames(i === 0 ? timeline.anchorFrame : 0),
  }));
}

/** The next plan from where it begins, the one so far until then. */
export function splice(soFar: Plan, next: Plan): Plan {
  const begin = next.segments[0];
  if (!begin || soFar.clockId !== next.clockId) return next;
  const kept = soFar.segments.filter((segment) => segment.fromRoomUs < begin.fromRoomUs);
  return { ...next, segments: [...kept, ...next.segments] };
}

/** The plan without what is over at a time, but for the last segment: a gapless join looks back into it. */
export function since(plan: Plan, at: RoomUs): Plan {
  const current = segmentIndexAt(plan, at);
  return current <= 1 ? plan : { ...plan, segments: plan.segments.slice(current - 1) };
}

/** Index of the segment heard at a time; −1 before the first. */
export function segmentIndexAt(plan: Plan, at: RoomUs): number {
  const { segments } = plan;
  // What is heard now is among the first.
  let next = 0;
  while (next < segments.length && segments[next]!.fromRoomUs <= at) next++;
  return next - 1;
}

/** The position that is to be heard at a time, in frames of the segment's track. */
export function positionAt(segment: Sounding, at: RoomUs): Frames {
  const { track, anchorFrame } = segment.sound;
  return frames(anchorFrame + ((at - segment.fromRoomUs) * track.sampleRate) / 1e6);
}

/** A segment that sounds. */
export type Sounding = Segment & { readonly sound: Sound };

export function hasSound(segment: Segment | undefined): segment is Sounding {
  return segment?.sound !== undefined;
}

function durationUs({ track, anchorFrame }: Sound): number {
  return ((track.frames - anchorFrame) / track.sampleRate) * 1e6;
}
