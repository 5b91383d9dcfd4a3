import type { Failure } from '../../../protos/index.ts';
import { type RoomUs, roomUs } from '../../units.ts';
import { wordsOf } from './action-words.ts';
import type { Action } from './room.ts';
import type { RoomState } from './room-state.ts';

/** A transport command that was accepted, with a new epoch for it. */
export interface Transport {
  /** Who gave it; empty: nobody in particular. */
  readonly by: string;
  /** What it was, for people: "play 3". */
  readonly words: string;
  readonly acceptedRoomUs: number;
  /** Where its timeline begins. */
  readonly heardRoomUs: number;
}

/** The last transport commands: of those that changed the place in the queue, and whether it sounds. */
export interface Transports {
  readonly place?: Transport;
  readonly sound?: Transport;
}

/** Who gives a command, and when. */
export interface Giver {
  readonly by: string;
  readonly now: RoomUs;
}

/**
 * Why a command isn't carried out now, as far as other people's commands go; undefined: nothing is against it.
 *
 * A transport command is BUSY while the one before isn't heard, or not for as long as the room's hold. One that
 * is relative (next, prev, toggle, seek by) and was meant for what another has changed meanwhile is REFUSED: two
 * people who press next at the same moment skip one track.
 */
export function refusalOf(state: RoomState, action: Action, giver: Giver): Failure | undefined {
  if (!isTransport(action)) return undefined;
  const { place, sound } = state.transports;
  for (const last of [place, sound]) {
    const busyUs = last ? freeAt(state, last) - giver.now : 0;
    if (last && busyUs > 0) return busy(state, last, busyUs / 1000);
  }
  const base = baseOf(state.transports, action);
  return base && isOvertaken(state, base, action, giver) ? overtaken(state, base, action) : undefined;
}

/** The room after a command, which changed it from what it was before, with what the next ones have to know of it. */
export function withTransport(from: RoomState, to: RoomState, action: Action, giver: Giver): RoomState {
  if (!isTransport(action) || to.timeline.epoch === from.timeline.epoch) return to;
  const transport: Transport = {
    by: giver.by,
    words: wordsOf(action),
    acceptedRoomUs: giver.now,
    heardRoomUs: to.timeline.anchorRoomUs,
  };
  const place = changesPlace(action) ? { place: transport } : {};
  const sound = to.timeline.state !== from.timeline.state ? { sound: transport } : {};
  return { ...to, transports: { ...from.transports, ...place, ...sound } };
}

const TRANSPORT = ['play', 'pause', 'toggle', 'stop', 'next', 'prev', 'seek', 'clear'] as const;
type TransportAction = Extract<Action, { kind: (typeof TRANSPORT)[number] }>;

function isTransport(action: Action): action is TransportAction {
  return TRANSPORT.some((kind) => kind === action.kind);
}

function changesPlace(action: TransportAction): boolean {
  if (action.kind === 'play') return action.position !== undefined;
  return action.kind !== 'pause' && action.kind !== 'toggle';
}

/** What a relative command is relative to. */
function baseOf({ place, sound }: Transports, action: TransportAction): Transport | undefined {
  if (action.kind === 'toggle') return sound;
  const isRelative = action.kind === 'next' || action.kind === 'prev' || isSeekBy(action);
  return isRelative ? place : undefined;
}

function isSeekBy(action: TransportAction): boolean {
  return action.kind === 'seek' && action.relative;
}

/**
 * Who has been answered knows what was done, and means what follows. Others know it when they have heard it for
 * the time of the hold.
 */
function isOvertaken(
  state: RoomState,
  base: Transport,
  action: TransportAction,
  { by, now }: Giver,
): boolean {
  if (!('askedMsAgo' in action) || action.askedMsAgo === undefined) return false;
  const knownFrom = base.by === by ? base.acceptedRoomUs : freeAt(state, base);
  return now - action.askedMsAgo * 1000 < knownFrom;
}

function freeAt({ settings }: RoomState, { heardRoomUs }: Transport): RoomUs {
  return roomUs(heardRoomUs + settings.holdMs * 1000);
}

function busy({ name }: RoomState, last: Transport, waitMs: number): Failure {
  const retryAfterMs = Math.ceil(waitMs);
  const when = `try again in ${(retryAfterMs / 1000).toFixed(2)} s`;
  return { code: 'BUSY', message: `room ${name} is busy with ${whose(last)}: ${when}`, retryAfterMs };
}

function overtaken({ name }: RoomState, base: Transport, action: TransportAction): Failure {
  const again = `give ${action.kind} again if it is still wanted`;
  return { code: 'REFUSED', message: `${whose(base)} in room ${name} came first: ${again}` };
}

function whose({ by, words }: Transport): string {
  return by ? `"${words}" of ${by}` : `"${words}" of someone else`;
}
