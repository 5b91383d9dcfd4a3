import type { Failure, Members, PlayState, QueueItem, RoomCommand, Timeline } from '../../../protos/index.ts';
import { type RoomUs, roomUs } from '../../units.ts';
import * as queues from './queue.ts';
import { advance, currentItem, positionAt, type RoomState } from './room-state.ts';

/** The commands that may change the room; those that only ask are room-status.ts's. */
export type Action = Exclude<RoomCommand['body'], { kind: 'getStatus' | 'getQueue' }>;

/** How a command takes effect in time. */
export interface Timing {
  readonly now: RoomUs;
  /** Lead in µs that the members need to sound the item from that frame on; without an item: to stop. */
  leadUs(item?: QueueItem, frame?: number): number;
}

/** The room after a command, with a note for people; or why the room stays as it is. */
export type Outcome =
  | { readonly kind: 'done'; readonly state: RoomState; readonly note: string }
  | ({ readonly kind: 'failure' } & Failure);

/** Previous goes to the item's own beginning once this much of it has been heard. */
const PREVIOUS_WITHIN_S = 3;

/** Carries out one command on the room as it is at timing.now. */
export function perform(room: RoomState, action: Action, timing: Timing): Outcome {
  const state = advance(room, timing.now);
  switch (action.kind) {
    case 'add':
      return add(state, action.tracks, timing);
    case 'remove':
      return remove(state, action.positions, timing);
    case 'move':
      return move(state, action.from, action.to);
    case 'clear':
      return done(withQueue(state, [], timing), 'the queue is empty');
    case 'play':
      return play(state, action.position, timing);
    case 'pause':
      return pause(state, timing);
    case 'toggle':
      return state.timeline.state === 'PLAYING' ? pause(state, timing) : play(state, undefined, timing);
    case 'stop':
      return stop(state, timing);
    case 'next':
      return next(state, timing);
    case 'prev':
      return prev(state, timing);
    case 'seek':
      return seek(state, action.seconds, action.relative, timing);
    case 'setVolume':
      return setVolume(state, action);
    case 'setMuted':
      return done(
        { ...state, levels: { ...state.levels, muted: action.muted } },
        action.muted ? 'muted' : 'unmuted',
      );
  }
}

/** The room with the members that the lobby gives it. */
export function withMembers(state: RoomState, { members }: Members): RoomState {
  return { ...state, members };
}

function add(state: RoomState, tracks: QueueItem['track'][], timing: Timing): Outcome {
  const { queue, roomId, nextItemNumber } = state;
  const length = queue.length + tracks.length;
  if (length > queues.QUEUE_LIMIT)
    return refuse('REFUSED', `a queue holds ${queues.QUEUE_LIMIT} tracks, with these it would be ${length}`);
  const items = queues.itemsOf(tracks, roomId, nextItemNumber);
  const numbered = { ...state, nextItemNumber: nextItemNumber + tracks.length };
  return done(withQueue(numbered, [...queue, ...items], timing), `${length} in the queue`);
}

function remove(state: RoomState, positions: number[], timing: Timing): Outcome {
  const wrong = positions.find((position) => position > state.queue.length);
  if (wrong !== undefined) return noSuchPosition(state, wrong);
  const queue = queues.remove(state.queue, positions);
  return done(withQueue(state, queue, timing), `${queue.length} in the queue`);
}

function move(state: RoomState, from: number, to: number): Outcome {
  const wrong = [from, to].find((position) => position > state.queue.length);
  if (wrong !== undefined) return noSuchPosition(state, wrong);
  return done({ ...state, queue: queues.move(state.queue, from, to) }, `${from} is now ${to}`);
}

function play(state: RoomState, position: number | undefined, timing: Timing): Outcome {
  if (state.queue.length === 0) return emptyQueue(state);
  if (position !== undefined) {
    const item = state.queue[position - 1];
    return item ? started(state, item, 0, timing) : noSuchPosition(state, position);
  }
  if (state.timeline.state === 'PLAYING') return done(state, 'already playing');
  const item = currentItem(state);
  return item ? started(state, item, state.timeline.anchorFrame, timing) : emptyQueue(state);
}

function started(state: RoomState, item: QueueItem, frame: number, timing: Timing): Outcome {
  return done(at(state, 'PLAYING', item, frame, timing), `playing ${nameOf(item)}`);
}

// Playing goes on until the pause is heard, maybe into the next item.
function pause(state: RoomState, timing: Timing): Outcome {
  if (state.timeline.state !== 'PLAYING') return done(state, 'not playing');
  const { reached, item, frame } = whenHeard(state, timing);
  if (reached.timeline.state !== 'PLAYING' || !item) return done(state, 'the queue ends right now');
  return done(at(state, 'PAUSED', item, frame, timing), `paused ${nameOf(item)}`);
}

function stop(state: RoomState, timing: Timing): Outcome {
  if (state.timeline.state === 'STOPPED') return done(state, 'already stopped');
  return done(at(state, 'STOPPED', currentItem(state), 0, timing), 'stopped');
}

function next(state: RoomState, timing: Timing): Outcome {
  const item = queues.itemAfter(state.queue, state.timeline.itemId);
  if (item) return skipped(state, item, timing);
  const first = state.queue[0];
  if (!first) return emptyQueue(state);
  return done(at(state, 'STOPPED', first, 0, timing), 'stopped at the end of the queue');
}

function prev(state: RoomState, timing: Timing): Outcome {
  const item = currentItem(state);
  if (!item) return emptyQueue(state);
  const heardS = positionAt(state.timeline, item, timing.now) / item.track.sampleRate;
  const before = queues.itemBefore(state.queue, item.itemId);
  return skipped(state, heardS < PREVIOUS_WITHIN_S && before ? before : item, timing);
}

// Whether it plays, is paused or stopped stays as it is.
function skipped(state: RoomState, item: QueueItem, timing: Timing): Outcome {
  return done(at(state, state.timeline.state, item, 0, timing), `at ${nameOf(item)}`);
}

// A stopped room becomes paused at the place sought: play then starts there.
function seek(state: RoomState, seconds: number, relative: boolean, timing: Timing): Outcome {
  const { reached, item, frame } = relative
    ? whenHeard(state, timing)
    : { reached: state, item: currentItem(state), frame: 0 };
  if (!item) return emptyQueue(state);
  if (reached.timeline.state !== state.timeline.state) return done(state, 'the queue ends right now');
  const target = Math.max(0, frame + Math.round(seconds * item.track.sampleRate));
  if (target >= item.track.frames) return next(reached, timing);
  const playState = state.timeline.state === 'PLAYING' ? 'PLAYING' : 'PAUSED';
  return done(at(reached, playState, item, target, timing), `at ${nameOf(item)}`);
}

function setVolume(state: RoomState, { volume, change }: { volume?: number; change?: number }): Outcome {
  if ((volume === undefined) === (change === undefined))
    return refuse('BAD_REQUEST', 'either a volume or a change of it is expected');
  const wanted = volume ?? state.levels.volume + (change ?? 0);
  const levels = { ...state.levels, volume: Math.min(100, Math.max(0, wanted)) };
  return done({ ...state, levels }, `volume ${levels.volume}`);
}

/** The current item and position once a command given now is heard. */
function whenHeard(state: RoomState, timing: Timing) {
  const heardAt = roomUs(timing.now + timing.leadUs());
  const reached = advance(state, heardAt);
  const item = currentItem(reached);
  return { reached, item, frame: item ? positionAt(reached.timeline, item, heardAt) : 0 };
}

/**
 * The room with another queue. Its current item stays that; where it's gone, the room goes on to the one behind,
 * or stops with the first one current. An item becomes current when the queue was empty.
 */
function withQueue(state: RoomState, queue: queues.Queue, timing: Timing): RoomState {
  const changed = { ...state, queue };
  if (currentItem(changed)) return changed;
  const behind = queues.survivorAfter(state.queue, queue, state.timeline.itemId);
  if (behind) return at(changed, state.timeline.state, behind, 0, timing);
  return queue[0] || currentItem(state) ? at(changed, 'STOPPED', queue[0], 0, timing) : changed;
}

/** A start, stop or seek: a new epoch, heard after the lead that its item needs. */
function at(
  state: RoomState,
  playState: PlayState,
  item: QueueItem | undefined,
  anchorFrame: number,
  timing: Timing,
): RoomState {
  const leadUs = playState === 'PLAYING' ? timing.leadUs(item, anchorFrame) : timing.leadUs();
  const timeline: Timeline = {
    epoch: state.timeline.epoch + 1,
    state: playState,
    itemId: item?.itemId ?? '',
    anchorFrame,
    anchorRoomUs: timing.now + leadUs,
    clockId: state.timeline.clockId,
  };
  return { ...state, timeline, before: effective(state, timing.now) };
}

/** The timeline that is heard now: one whose anchor is still ahead isn't yet. */
function effective({ timeline, before }: RoomState, now: RoomUs): Timeline {
  return now >= timeline.anchorRoomUs ? timeline : before;
}

function nameOf({ track }: QueueItem): string {
  return track.title || track.hash.slice(0, 8);
}

function done(state: RoomState, note: string): Outcome {
  return { kind: 'done', state, note };
}

function refuse(code: Failure['code'], message: string): Outcome {
  return { kind: 'failure', code, message };
}

function emptyQueue({ name }: RoomState): Outcome {
  return refuse('REFUSED', `the queue of room ${name} is empty: add tracks first`);
}

function noSuchPosition({ queue }: RoomState, position: number): Outcome {
  return refuse('NOT_FOUND', `there is no track ${position}: the queue has ${queue.length}`);
}
