import type { Track } from '../../../protos/index.ts';
import type { RoomUs } from '../../units.ts';
import type { FrameStream } from './frame-stream.ts';
import { hasSound, type Plan, positionAt, type Sounding } from './plan.ts';

/** Opens a track's decoded frames; they come in the background. */
export type OpenStream = (track: Track) => FrameStream;

/** A segment's stream is opened this long before it is needed, and closed as long after. */
const openAheadUs = 10_000_000;
const keepUs = 500_000;

/** The streams that a plan needs around the present. One a segment: a seek begins decoding while the old position sounds. */
export class StreamPool {
  readonly #open: OpenStream;
  readonly #streams = new Map<string, FrameStream>();

  constructor(open: OpenStream) {
    this.#open = open;
  }

  /** The stream of a segment, if it is open. */
  get(segment: Sounding): FrameStream | undefined {
    return this.#streams.get(keyOf(segment));
  }

  /** Why a segment's track can't be played, if it can't. */
  get problem(): string | undefined {
    for (const stream of this.#streams.values()) if (stream.problem) return stream.problem;
    return undefined;
  }

  /** Opens and feeds the streams needed soon after a time, and closes the others. */
  update(plan: Plan, at: RoomUs): void {
    const needed = new Set<string>();
    plan.segments.forEach((segment, i) => {
      const untilRoomUs = plan.segments[i + 1]?.fromRoomUs ?? Number.POSITIVE_INFINITY;
      if (!hasSound(segment) || segment.fromRoomUs > at + openAheadUs || untilRoomUs < at - keepUs) return;
      needed.add(keyOf(segment));
      const stream = this.#streams.get(keyOf(segment)) ?? this.#open(segment.sound.track);
      this.#streams.set(keyOf(segment), stream);
      if (untilRoomUs > at) stream.want(Math.max(segment.sound.anchorFrame, positionAt(segment, at)));
    });
    for (const [key, stream] of this.#streams) {
      if (needed.has(key)) continue;
      stream.close();
      this.#streams.delete(key);
    }
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
  }
}

function keyOf(segment: Sounding): string {
  return `${segment.epoch}/${segment.sound.itemId}`;
}
