import type { Timeline, Upcoming } from '../../protos/index.ts';
import { advance, type RoomState } from '../coordinator/room/room-state.ts';
import { planOf, positionAt, type Segment, segmentIndexAt } from '../speaker/playout/plan.ts';
import { type RoomUs, roomUs } from '../units.ts';
import { type Heard, numberOf } from './signal.ts';

/** What is to be heard at an instant. */
export interface Intent {
  /** Undefined: silence. */
  readonly sound: { readonly track: number; readonly seconds: number } | undefined;
  readonly epoch: number;
  /** From the instant to the nearest beginning or end of a track or of silence, before or after it. */
  readonly edgeUs: number;
}

/** How far around the instant edges are looked for. */
const EDGE_US = 100_000;

/** What a room's state says is to be heard at a room time, up to the change that was accepted last. */
export function intentOf(room: RoomState, at: RoomUs): Intent {
  const state = advance(room, roomUs(at - EDGE_US));
  const items = { items: [...state.queue] };
  const now = at >= state.timeline.anchorRoomUs ? state.timeline : state.before;
  const intent = intentOfTimeline(now, items, at);
  const changeUs = Math.abs(at - state.timeline.anchorRoomUs);
  return { ...intent, edgeUs: Math.min(intent.edgeUs, changeUs) };
}

/** What a timeline and its items say is to be heard at a room time at or after its anchor. */
export function intentOfTimeline(timeline: Timeline, upcoming: Upcoming, at: RoomUs): Intent {
  const plan = planOf(timeline, upcoming);
  if (!plan) return { sound: undefined, epoch: timeline.epoch, edgeUs: 0 };
  const index = segmentIndexAt(plan, at);
  const segment = plan.segments[index];
  const edges = [segment, plan.segments[index + 1]].map((one) => edgeUs(one, at));
  const edge = Math.min(...edges);
  if (!segment?.sound) return { sound: undefined, epoch: timeline.epoch, edgeUs: edge };
  const { track } = segment.sound;
  const seconds = positionAt({ ...segment, sound: segment.sound }, at) / track.sampleRate;
  return { sound: { track: numberOf(track), seconds }, epoch: timeline.epoch, edgeUs: edge };
}

function edgeUs(segment: Segment | undefined, at: RoomUs): number {
  return segment ? Math.abs(segment.fromRoomUs - at) : Number.POSITIVE_INFINITY;
}

/** heard − intended, positive is late, µs; undefined when what is heard is something else. */
export function errorUs(heard: Heard, { sound }: Intent): number | undefined {
  if (heard.kind !== 'sound' || !sound || heard.track !== sound.track) return undefined;
  return (sound.seconds - heard.seconds) * 1e6;
}
