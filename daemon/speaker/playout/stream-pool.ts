import type { Track } from '../../../protos/index.ts';
import type { RoomUs } from '../../units.ts';
import type { FrameStream } from './frame-stream.ts';
import { hasSound, type Plan, positionAt, type Sound, type Sounding } from './plan.ts';

/** Opens a track's decoded frames; they come in the background. */
export type OpenStream = (track: Track) => FrameStream;

/** A segment's stream is opened this long before it is needed, and closed as long after. */
const openAheadUs = 10_000_000;
const keepUs = 500_000;

/**
 * The streams that a plan needs around the present. One a segment: a seek begins decoding while the old position
 * sounds. One more stands by for what would sound at the next play or skip, so that it can do so at once.
 */
export class StreamPool {
  readonly #open: OpenStream;
  readonly #streams = new Map<string, FrameStream>();
  #standby: { readonly sound: Sound; readonly stream: FrameStream } | undefined;

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
      const stream = this.get(segment) ?? this.#claim(segment.sound);
      this.#streams.set(keyOf(segment), stream);
      if (untilRoomUs > at) stream.want(Math.max(segment.sound.anchorFrame, positionAt(segment, at)));
    });
    for (const [key, stream] of this.#streams) {
      if (needed.has(key)) continue;
      stream.close();
      this.#streams.delete(key);
    }
    this.#prepare(plan.standby);
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
    this.#prepare(undefined);
  }

  /** The stream that stands by if it is the one, else a new one. */
  #claim(sound: Sound): FrameStream {
    if (!this.#standby || !isSame(this.#standby.sound, sound)) return this.#open(sound.track);
    const { stream } = this.#standby;
    this.#standby = undefined;
    return stream;
  }

  #prepare(sound: Sound | undefined): void {
    if (this.#standby && sound && isSame(this.#standby.sound, sound)) return;
    this.#standby?.stream.close();
    this.#standby = sound && { sound, stream: this.#open(sound.track) };
    if (sound) this.#standby?.stream.want(sound.anchorFrame);
  }
}

function isSame(a: Sound, b: Sound): boolean {
  return a.itemId === b.itemId && a.anchorFrame === b.anchorFrame;
}

function keyOf(segment: Sounding): string {
  return `${segment.epoch}/${segment.sound.itemId}`;
}
