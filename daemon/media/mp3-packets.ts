import { nextStep } from './mp3-sync.ts';

/** One mp3 frame as the decoder takes it. */
export interface Packet {
  readonly bytes: Uint8Array;
  readonly mainDataBytes: number;
}

/**
 * Cuts the bytes from one checkpoint to the next into mp3 frames by the same rule that counted them.
 * Where damage has swallowed some, undefined stands for each at the first hole, so that those after it
 * keep their places.
 * @param rate the stream's sample rate
 * @param count how many there are; undefined for the last stretch, where it isn't known
 */
export function cutPackets(
  segment: Uint8Array,
  rate: number,
  count: number | undefined,
): (Packet | undefined)[] {
  const found: (Packet | undefined)[] = [];
  let hole: number | undefined;
  let at = 0;
  let locked = true;
  for (;;) {
    const step = nextStep(segment, at, { rate, locked, ended: true });
    if (step.kind === 'end' || step.kind === 'more') break;
    locked = step.kind === 'frame';
    if (step.kind === 'skip') {
      at = step.at + step.bytes;
      continue;
    }
    if (step.at > at) hole ??= found.length;
    at = step.at + step.header.bytes;
    found.push({ bytes: segment.subarray(step.at, at), mainDataBytes: step.header.mainDataBytes });
  }
  if (count === undefined) return found;
  const lost: undefined[] = Array.from({ length: Math.max(0, count - found.length) });
  return found.toSpliced(hole ?? found.length, 0, ...lost).slice(0, count);
}
