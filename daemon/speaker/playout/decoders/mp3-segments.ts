import type { TrackIndex } from '../../../../protos/index.ts';
import { cutPackets, type Packet } from '../../../media/mp3-packets.ts';
import type { TrackBytes } from './decoder.ts';

/** The mp3 frames between two checkpoints; undefined stands for one that is damaged. */
export type Segment = readonly (Packet | undefined)[];

/** Reads a track's mp3 frames, segment by segment; the last few segments stay at hand. */
export class Mp3Segments {
  readonly packetsEach: number;
  readonly #bytes: TrackBytes;
  readonly #rate: number;
  /** Byte where each segment starts, and where the last one ends. */
  readonly #bounds: readonly number[];
  readonly #recent = new Map<number, Segment>();

  constructor(index: TrackIndex, bytes: TrackBytes) {
    this.packetsEach = Math.max(1, index.packetsPerCheckpoint);
    this.#bytes = bytes;
    this.#rate = index.sampleRate;
    this.#bounds = boundsOf(index);
  }

  /** The segment with this number, from 0; undefined behind the last one. Rejects as TrackBytes.read does. */
  async load(number: number): Promise<Segment | undefined> {
    const known = this.#recent.get(number);
    const start = this.#bounds[number];
    const end = this.#bounds[number + 1];
    if (known || start === undefined || end === undefined) return known;
    const isLast = number === this.#bounds.length - 2;
    const bytes = await this.#bytes.read(start, end - start);
    const segment = cutPackets(bytes, this.#rate, isLast ? undefined : this.packetsEach);
    this.#recent.set(number, segment);
    const oldest = this.#recent.keys().next();
    if (this.#recent.size > 2 && !oldest.done) this.#recent.delete(oldest.value);
    return segment;
  }
}

function boundsOf({ audioOffset, audioEnd, checkpointBytes }: TrackIndex): number[] {
  const bounds = [audioOffset];
  let at = audioOffset;
  for (const bytes of checkpointBytes) {
    at += bytes;
    bounds.push(at);
  }
  return [...bounds.filter((bound) => bound < audioEnd), audioEnd];
}
