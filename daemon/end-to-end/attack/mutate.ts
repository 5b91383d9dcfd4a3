import type { Random } from '../../random.ts';

/** Values at which readers of lengths and numbers go wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
const MOST_CHANGES = 4;
const LONGEST_RUN = 64;

/** A whole number from 0 up to below `below`. */
export const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** One of several. @throws {RangeError} when there is none */
export function pick<T>(random: Random, among: readonly T[]): T {
  const one = among[below(random, among.length)];
  if (one === undefined) throw new RangeError('there is nothing to pick from');
  return one;
}

/** So many bytes by chance. */
export function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => below(random, 256)));
}

/** The bytes with one to four changes, the same for the same `random`. @param others messages to splice in */
export function mutated(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let left = 1 + below(random, MOST_CHANGES); left > 0; left -= 1)
    result = changed(result, others, random);
  return result;
}

function changed(bytes: Buffer, others: readonly Uint8Array[], random: Random): Buffer {
  const at = below(random, bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + below(random, LONGEST_RUN));
  const [before, run, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (below(random, 7)) {
    case 0:
      return setByte(bytes, at, (bytes[at] ?? 0) ^ (1 << below(random, 8)));
    case 1:
      return setByte(bytes, at, pick(random, EDGES));
    case 2:
      return before;
    case 3:
      return Buffer.concat([before, after]);
    case 4:
      return Buffer.concat([before, run, run, after]);
    case 5:
      return Buffer.concat([before, noise(random, 1 + below(random, LONGEST_RUN)), after]);
    default:
      return Buffer.concat([before, partOf(pick(random, [...others, run]), random)]);
  }
}

function setByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  if (at < copy.length) copy[at] = value;
  return copy;
}

function partOf(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.subarray(below(random, bytes.length + 1));
}
