import type { RoomCommand, RoomQueue, RoomStatus, SpeakerEntry } from '../../../protos/index.ts';
import { type Action, perform } from '../../coordinator/room/room.ts';
import { newRoom, type RoomState } from '../../coordinator/room/room-state.ts';
import { roomUs } from '../../units.ts';

// What was acknowledged, and so has to be there: done once each, whatever was killed. Each gives its account as
// sentences about what is wrong.

/** A room and its queue as the coordinator tells them. */
export interface RoomView {
  readonly status: RoomStatus;
  readonly queue: RoomQueue;
}

/** A room that several change at once: what they did can be counted. */
export class SharedRoomLedger {
  readonly #added = new Map<string, number>();
  #volume: number;
  #epoch: number;

  /** @param view the room as it is before anyone changes it */
  constructor({ status, queue }: RoomView) {
    for (const { track } of queue.items) this.#count(track.hash);
    this.#volume = status.levels.volume;
    this.#epoch = status.epoch;
  }

  /** A command was answered with "done". Transport commands have to be such as make a new epoch. */
  acknowledge(action: RoomCommand['body']): void {
    if (action.kind === 'add') for (const { hash } of action.tracks) this.#count(hash);
    else if (action.kind === 'setVolume') this.#volume += action.change ?? 0;
    else if (action.kind === 'next' || action.kind === 'play') this.#epoch += 1;
  }

  problems({ status, queue: { items } }: RoomView): string[] {
    const expected = [...this.#added.values()].reduce((sum, count) => sum + count, 0);
    const tooMany = [...countsOf(items)].filter(([hash, count]) => count > (this.#added.get(hash) ?? 0));
    return [
      items.length !== expected && `the queue has ${items.length} tracks, ${expected} were acknowledged`,
      ...tooMany.map(([hash]) => `track ${hash.slice(0, 8)} is in the queue more often than it was added`),
      new Set(items.map(({ itemId }) => itemId)).size !== items.length && 'two items have one id',
      status.levels.volume !== this.#volume && `the volume is ${status.levels.volume}, not ${this.#volume}`,
      status.epoch !== this.#epoch && `the epoch is ${status.epoch}, not ${this.#epoch}`,
    ].filter((problem) => problem !== false);
  }

  #count(hash: string): void {
    this.#added.set(hash, (this.#added.get(hash) ?? 0) + 1);
  }
}

/** A room that one changes, one command after the other: it has to be just so, item by item. */
export class OwnRoomLedger {
  #state: RoomState;

  /** @param view a new room */
  constructor({ status }: RoomView) {
    this.#state = newRoom(status.roomId, status.roomName, 'clock', roomUs(0));
  }

  get length(): number {
    return this.#state.queue.length;
  }

  acknowledge(action: Action): void {
    const outcome = perform(this.#state, action, { now: roomUs(0), leadUs: () => 0 });
    if (outcome.kind === 'done') this.#state = outcome.state;
  }

  problems({ status, queue }: RoomView): string[] {
    const expected = this.#state.queue.map(({ itemId, track }) => `${itemId} ${track.hash}`);
    const found = queue.items.map(({ itemId, track }) => `${itemId} ${track.hash}`);
    const at = expected.findIndex((item, i) => item !== found[i]);
    const { itemId } = this.#state.timeline;
    const { volume } = this.#state.levels;
    return [
      found.length !== expected.length && `the queue has ${found.length} tracks, not ${expected.length}`,
      at >= 0 && `item ${at + 1} is ${found[at]}, not ${expected[at]}`,
      (status.item?.itemId ?? '') !== itemId && `${status.item?.itemId} is current, not ${itemId}`,
      status.levels.volume !== volume && `the volume is ${status.levels.volume}, not ${volume}`,
    ].filter((problem) => problem !== false);
  }
}

/** What one client had the lobby do, one request after the other. */
export class LobbyLedger {
  delayUs = 0;
  volume = 100;
  rooms: string[];

  constructor(rooms: readonly string[]) {
    this.rooms = [...rooms];
  }

  problems(rooms: readonly string[], speaker: SpeakerEntry | undefined): string[] {
    const [found, expected] = [rooms.toSorted().join(), this.rooms.toSorted().join()];
    return [
      found !== expected && `there are the rooms ${found}, not ${expected}`,
      speaker?.delayUs !== this.delayUs && `the delay is ${speaker?.delayUs}, not ${this.delayUs}`,
      speaker?.volume !== this.volume && `the speaker's volume is ${speaker?.volume}, not ${this.volume}`,
    ].filter((problem) => problem !== false);
  }
}

function countsOf(items: RoomQueue['items']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { track } of items) counts.set(track.hash, (counts.get(track.hash) ?? 0) + 1);
  return counts;
}
