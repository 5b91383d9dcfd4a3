import type { TrackIndex } from '../../protos/index.ts';
import { MediaError } from './media-error.ts';
import type { Mp3Header } from './mp3-header.ts';
import { type Mp3Info, parseMp3Info } from './mp3-info.ts';
import { nextStep, type Step } from './mp3-sync.ts';

/** Mp3 frames from one checkpoint of an index to the next. */
export const PACKETS_PER_CHECKPOINT = 16;

/** How far into a file, tags not counted, the first mp3 frame may be. */
const MAX_JUNK_BYTES = 1 << 20;

/**
 * Finds every mp3 frame of a file that is fed in chunks. Tags and junk, at either end or between mp3
 * frames, are passed over; an mp3 frame cut off by the end of the file doesn't count.
 *
 * The audible length is mp3 frames × frames in each, less what LAME's tag tells to trim at both ends
 * (encoder delay + 529 in front; padding − 529 behind, if no mp3 frame is missing). Without such a tag
 * nothing is trimmed, and the decoder's delay of 529 frames stays in front as silence.
 */
export class Mp3Scan {
  #window: Uint8Array = new Uint8Array(0);
  #windowOffset = 0;
  #skipBytes = 0;
  #junkBytes = 0;
  #locked = false;
  #first: Mp3Header | undefined;
  #info: Mp3Info | undefined;
  #packets = 0;
  #channels = 1;
  #audioOffset = 0;
  #audioEnd = 0;
  #lastCheckpoint = 0;
  readonly #checkpointBytes: number[] = [];

  /** @throws {MediaError} when there is no mp3 frame where one should be by now */
  push(chunk: Uint8Array): void {
    const skipped = Math.min(this.#skipBytes, chunk.length);
    this.#skipBytes -= skipped;
    this.#windowOffset += skipped;
    const rest = chunk.subarray(skipped);
    if (rest.length === 0) return;
    this.#window = this.#window.length > 0 ? Buffer.concat([this.#window, rest]) : rest;
    this.#walk(false);
    if (!this.#first && this.#junkBytes > MAX_JUNK_BYTES) throw new MediaError('there is no sound in it');
  }

  /** @throws {MediaError} when no mp3 frame was found, or nothing is left after trimming */
  finish(): Omit<TrackIndex, 'hash'> {
    this.#walk(true);
    const first = this.#first;
    if (!first || this.#packets === 0) throw new MediaError('there is no sound in it');
    const startSkipFrames = this.#info?.startSkipFrames ?? 0;
    const complete = this.#info?.packets === undefined || this.#info.packets === this.#packets;
    const endTrimFrames = complete ? (this.#info?.endTrimFrames ?? 0) : 0;
    const frames = this.#packets * first.frames - startSkipFrames - endTrimFrames;
    if (frames <= 0) throw new MediaError('there is no sound in it');
    return {
      codec: 'MP3',
      sampleRate: first.sampleRate,
      channels: this.#channels,
      frames,
      audioOffset: this.#audioOffset,
      audioEnd: this.#audioEnd,
      startSkipFrames,
      framesPerPacket: first.frames,
      packetsPerCheckpoint: PACKETS_PER_CHECKPOINT,
      checkpointBytes: this.#checkpointBytes,
      sampleFormat: 'SAMPLE_FORMAT_UNKNOWN',
    };
  }

  #walk(ended: boolean): void {
    for (let at = 0; ; ) {
      const step = nextStep(this.#window, at, {
        rate: this.#first?.sampleRate,
        locked: this.#locked,
        ended,
      });
      if (step.kind === 'end') return;
      this.#junkBytes += step.at - at;
      at = this.#take(step);
      if (step.kind === 'more' || at > this.#window.length) {
        this.#forget(at);
        return;
      }
    }
  }

  /** Returns where to go on. */
  #take(step: Exclude<Step, { kind: 'end' }>): number {
    this.#locked = step.kind === 'frame' || (step.kind === 'more' && step.locked);
    if (step.kind === 'more') return step.at;
    if (step.kind === 'skip') return step.at + step.bytes;
    this.#count(step.at, step.header);
    return step.at + step.header.bytes;
  }

  #count(at: number, header: Mp3Header): void {
    const offset = this.#windowOffset + at;
    if (!this.#first) {
      this.#first = header;
      this.#info = parseMp3Info(this.#window.subarray(at, at + header.bytes), header);
      if (this.#info) return;
    }
    if (this.#packets === 0) this.#audioOffset = offset;
    else if (this.#packets % PACKETS_PER_CHECKPOINT === 0) {
      this.#checkpointBytes.push(offset - this.#lastCheckpoint);
    }
    if (this.#packets % PACKETS_PER_CHECKPOINT === 0) this.#lastCheckpoint = offset;
    this.#channels = Math.max(this.#channels, header.channels);
    this.#packets++;
    this.#audioEnd = offset + header.bytes;
  }

  #forget(before: number): void {
    this.#skipBytes = Math.max(0, before - this.#window.length);
    this.#windowOffset += Math.min(before, this.#window.length);
    this.#window = this.#window.slice(before);
  }
}
