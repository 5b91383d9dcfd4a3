import type { QueueItem, Track } from '../../../protos/index.ts';

/** The items of a room in playing order. An item keeps its itemId wherever it moves. */
export type Queue = readonly QueueItem[];

/** No queue is longer. */
export const QUEUE_LIMIT = 10_000;

/** Items whose ids are the prefix and numbers from `firstNumber` on, which must not have been used before. */
export function itemsOf(tracks: readonly Track[], prefix: string, firstNumber: number): QueueItem[] {
  return tracks.map((track, i) => ({ itemId: `${prefix}-${firstNumber + i}`, track }));
}

/** Index of an item; −1 when it isn't in the queue. */
export function indexOf(queue: Queue, itemId: string): number {
  return queue.findIndex((item) => item.itemId === itemId);
}

export function itemOf(queue: Queue, itemId: string): QueueItem | undefined {
  return queue[indexOf(queue, itemId)];
}

/** The item after this one; undefined at the queue's end. */
export function itemAfter(queue: Queue, itemId: string): QueueItem | undefined {
  const at = indexOf(queue, itemId);
  return at < 0 ? undefined : queue[at + 1];
}

/** The item before this one; undefined at the queue's beginning. */
export function itemBefore(queue: Queue, itemId: string): QueueItem | undefined {
  return queue[indexOf(queue, itemId) - 1];
}

/** @param positions from 1, each within the queue; in any order, repeated or not */
export function remove(queue: Queue, positions: readonly number[]): Queue {
  const gone = new Set(positions);
  return queue.filter((_, i) => !gone.has(i + 1));
}

/** Takes the item at position `from` to position `to`; both from 1 and within the queue. */
export function move(queue: Queue, from: number, to: number): Queue {
  const moved = queue.slice(from - 1, from);
  const rest = remove(queue, [from]);
  return [...rest.slice(0, to - 1), ...moved, ...rest.slice(to - 1)];
}

/**
 * Where a room goes on whose current item is removed: to the first item behind it that stays.
 * Undefined when all behind it go too.
 */
export function survivorAfter(before: Queue, after: Queue, itemId: string): QueueItem | undefined {
  const staying = new Set(after.map((item) => item.itemId));
  return before.slice(indexOf(before, itemId) + 1).find((item) => staying.has(item.itemId));
}
