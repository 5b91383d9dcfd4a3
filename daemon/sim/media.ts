import type { Track } from '../../protos/index.ts';
import type { TrackRef } from '../speaker/cache/cache-policy.ts';
import type { SpeakerMedia } from '../speaker/live-speaker.ts';
import type { FrameStream } from '../speaker/playout/frame-stream.ts';
import type { Process } from './host.ts';
import { SignalStream } from './signal.ts';

/** Tracks are fetched in chunks of so many seconds. */
const CHUNK_S = 2;
const RETRY_MS = 250;

/** Which chunks of a track are held (1), and how many. */
interface Chunks {
  readonly held: Uint8Array;
  count: number;
}

/** A speaker's folder of tracks, which outlives its program: what it holds of each track. */
export type Shelf = Map<string, Chunks>;

/** How the tracks come to a speaker. */
export interface MediaSource {
  track(hash: string): Track | undefined;
  /** Bytes a second now; 0: nothing comes. */
  bytesPerS(): number;
}

/**
 * A speaker's tracks: chunk by chunk from where they are played, then the tracks that come next. It stands in for
 * MediaCache, whose files and HTTP requests are tested by themselves.
 */
export class SimulatedMedia implements SpeakerMedia {
  readonly problem = '';
  readonly #process: Process;
  readonly #shelf: Shelf;
  readonly #source: MediaSource;
  readonly #cursors = new Map<string, number>();
  #wanted: readonly TrackRef[] = [];
  #isFetching = false;
  #open = 0;

  constructor(process: Process, shelf: Shelf, source: MediaSource) {
    this.#process = process;
    this.#shelf = shelf;
    this.#source = source;
  }

  /** Streams that are open now. */
  get openStreams(): number {
    return this.#open;
  }

  setServer(): void {
    this.#fetch();
  }

  prefetch(tracks: readonly TrackRef[]): void {
    this.#wanted = tracks;
    this.#fetch();
  }

  held(hash: string): number {
    const chunks = this.#shelf.get(hash);
    return chunks ? chunks.count / chunks.held.length : 0;
  }

  readonly openStream = (track: Track): FrameStream => {
    const chunkFrames = CHUNK_S * track.sampleRate;
    const { held } = this.#chunksOf(track);
    this.#open++;
    return new SignalStream(
      track,
      (frame) => {
        let to = Math.floor(frame / chunkFrames);
        // What is decoded ahead is never more than a few seconds.
        const last = to + 2;
        while (to <= last && held[to]) to++;
        return Math.max(0, Math.min(to * chunkFrames, track.frames) - frame);
      },
      (frame) => {
        const cursor = Math.min(held.length - 1, Math.floor(frame / chunkFrames));
        if (cursor === this.#cursors.get(track.hash)) return;
        this.#cursors.set(track.hash, cursor);
        this.#fetch();
      },
      () => {
        this.#open--;
      },
    );
  };

  #chunksOf(track: Track): Chunks {
    const known = this.#shelf.get(track.hash);
    if (known) return known;
    const length = Math.max(1, Math.ceil(track.frames / track.sampleRate / CHUNK_S));
    const chunks = { held: new Uint8Array(length), count: 0 };
    this.#shelf.set(track.hash, chunks);
    return chunks;
  }

  #fetch(): void {
    if (this.#isFetching) return;
    const next = this.#next();
    if (!next) return;
    this.#isFetching = true;
    const bytesPerS = this.#source.bytesPerS();
    const { track, chunk } = next;
    const chunks = this.#chunksOf(track);
    const ms = bytesPerS > 0 ? (track.bytes / chunks.held.length / bytesPerS) * 1000 : RETRY_MS;
    this.#process.timers.after(ms, () => {
      this.#isFetching = false;
      if (bytesPerS > 0 && this.#source.bytesPerS() > 0) hold(chunks, chunk);
      this.#fetch();
    });
  }

  /** The next chunk to fetch: of the first wanted track that lacks any, from its cursor on. */
  #next(): { track: Track; chunk: number } | undefined {
    for (const { hash } of this.#wanted) {
      const track = this.#source.track(hash);
      if (!track) continue;
      const { held, count } = this.#chunksOf(track);
      if (count === held.length) continue;
      const ahead = held.indexOf(0, this.#cursors.get(hash) ?? 0);
      const chunk = ahead < 0 ? held.indexOf(0) : ahead;
      if (chunk >= 0) return { track, chunk };
    }
    return undefined;
  }
}

function hold(chunks: Chunks, chunk: number): void {
  if (chunks.held[chunk] === 0) chunks.count++;
  chunks.held[chunk] = 1;
}
