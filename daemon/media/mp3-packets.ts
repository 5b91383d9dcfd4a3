import { type Mp3Header, parseMp3Header } from './mp3-header.ts';
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
 * @param count how many there are; undefined for the last stretch, where it isn't known
 */
export function cutPackets(segment: Uint8Array, count: number | undefined): (Packet | undefined)[] {
  const found: (Packet | undefined)[] = [];
  let like: Mp3Header | undefined = parseMp3Header(segment, 0);
  let hole = like ? undefined : 0;
  for (let at = 0, locked = true; ; ) {
    const step = nextStep(segment, at, { like, locked, ended: true });
    if (step.kind === 'end' || step.kind === 'more') break;
    if (step.kind === 'skip') {
      at = step.at + step.bytes;
      locked = false;
      continue;
    }
    like ??= step.header;
    if (step.at > at) hole ??= found.length;
    at = step.at + step.header.bytes;
    locked = true;
    found.push({ bytes: segment.subarray(step.at, at), mainDataBytes: step.header.mainDataBytes });
  }
  if (count === undefined) return found;
  const lost: undefined[] = Array.from({ length: Math.max(0, count - found.length) });
  return found.toSpliced(hole ?? found.length, 0, ...lost).slice(0, count);
}
