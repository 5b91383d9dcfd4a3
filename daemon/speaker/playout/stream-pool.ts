import type { Track } from '../../../protos/index.ts';
import type { RoomUs } from '../../units.ts';
import type { FrameStream } from './frame-stream.ts';
import { hasSound, type Plan, positionAt, type Sound, type Sounding } from './plan.ts';

/** Opens a track's decoded frames; they come in the background. */
export type OpenStream = (track: Track) => FrameStream;

interface Opened {
  readonly segment: Sounding;
  readonly stream: FrameStream;
}

/** A segment's stream is opened this long before it is needed, and closed as long after. */
const openAheadUs = 10_000_000;
const keepUs = 500_000;
/** Near a beginning or an end nothing is made to stand by: that is work, just when others need the processor. */
const settleUs = 300_000;

/**
 * The streams that a plan needs around the present. One a segment: a seek begins decoding while the old position
 * sounds. One more stands by for what would sound at the next play or skip, so that it can do so at once: from a third
 * of a second after the last change on.
 */
export class StreamPool {
  readonly #open: OpenStream;
  #opened: readonly Opened[] = [];
  #standby: { readonly sound: Sound; readonly stream: FrameStream } | undefined;

  constructor(open: OpenStream) {
    this.#open = open;
  }

  /** The stream of a segment, if it is open. */
  get(segment: Sounding): FrameStream | undefined {
    return this.#opened.find((one) => isSameSegment(one.segment, segment))?.stream;
  }

  /** Why a segment's track can't be played, if it can't. */
  get problem(): string | undefined {
    return this.#opened.find(({ stream }) => stream.problem)?.stream.problem;
  }

  /** Opens and feeds the streams needed soon after a time, and closes the others. */
  update(plan: Plan, at: RoomUs): void {
    const needed = new Set<FrameStream>();
    for (const [i, segment] of plan.segments.entries()) {
      if (segment.fromRoomUs > at + openAheadUs) break;
      const untilRoomUs = plan.segments[i + 1]?.fromRoomUs ?? Number.POSITIVE_INFINITY;
      if (!hasSound(segment) || untilRoomUs < at - keepUs) continue;
      const stream = this.get(segment) ?? this.#openFor(segment);
      needed.add(stream);
      if (untilRoomUs > at) stream.want(Math.max(segment.sound.anchorFrame, positionAt(segment, at)));
    }
    if (needed.size < this.#opened.length) this.#closeAllBut(needed);
    if (isSettled(plan, at)) this.#prepare(plan.standby);
  }

  close(): void {
    this.#closeAllBut(new Set());
    this.#prepare(undefined);
  }

  #openFor(segment: Sounding): FrameStream {
    const stream = this.#claim(segment.sound);
    this.#opened = [...this.#opened, { segment, stream }];
    return stream;
  }

  #closeAllBut(needed: ReadonlySet<FrameStream>): void {
    for (const { stream } of this.#opened) if (!needed.has(stream)) stream.close();
    this.#opened = this.#opened.filter(({ stream }) => needed.has(stream));
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

function isSettled({ segments }: Plan, at: RoomUs): boolean {
  return segments.every(({ fromRoomUs }) => Math.abs(fromRoomUs - at) >= settleUs);
}

function isSame(a: Sound, b: Sound): boolean {
  return a.itemId === b.itemId && a.anchorFrame === b.anchorFrame;
}

function isSameSegment(a: Sounding, b: Sounding): boolean {
  return a.epoch === b.epoch && a.sound.itemId === b.sound.itemId;
}
