import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import type { LocalUs } from '../../../units.ts';
import { SinkError } from './sink.ts';

/** What a recording is of. */
export interface RecordingFormat {
  readonly rate: number;
  readonly channels: number;
  /** The recorded DAC's rate against the local clock; told in the sidecar. */
  readonly ppm: number;
}

interface Segment {
  firstFrame: number;
  startTrueUs: number;
}

const HEADER_BYTES = 44;
const SAMPLE_BYTES = 4;
const BLOCK_SECONDS = 0.5;
const MAX_UINT32 = 0xffffffff;

/**
 * A WAV file (32-bit integer samples) of what a DAC consumed, written in blocks of half a second: the file can be
 * read at any time, also after a kill, and lacks less than the last block then. Beside FILE stands FILE.json,
 * {"rate", "ppm", "segments": [{"firstFrame", "startTrueUs"}]}: frame firstFrame was heard when the local clock
 * read startTrueUs, and those after it at rate × (1 + ppm·1e-6). Nothing stands for the time between segments.
 */
export class WavRecording {
  readonly #file: string;
  readonly #format: RecordingFormat;
  readonly #block: Int32Array;
  readonly #header: Buffer;
  readonly #segments: Segment[] = [];
  #pendingSamples = 0;
  #writtenSamples = 0;
  #fd: number | null = null;

  constructor(file: string, format: RecordingFormat) {
    this.#file = file;
    this.#format = format;
    this.#block = new Int32Array(Math.ceil(format.rate * BLOCK_SECONDS) * format.channels);
    this.#header = wavHeader(format);
  }

  /**
   * Begins the file anew the first time, and goes on with it after a close().
   * @throws {SinkError} missing, when the file can't be written
   */
  open(): void {
    try {
      this.#fd = openSync(this.#file, this.#segments.length === 0 ? 'w' : 'r+');
      this.#writeHeader();
    } catch (cause) {
      this.#closeFile();
      throw new SinkError('missing', `can't record to ${this.#file}: ${reasonOf(cause)}`);
    }
  }

  /** What is appended from now on is heard from atLocalUs on. @throws {SinkError} gone, as when the disk is full */
  startSegment(atLocalUs: LocalUs): void {
    const firstFrame = (this.#writtenSamples + this.#pendingSamples) / this.#format.channels;
    this.#segments.push({ firstFrame, startTrueUs: atLocalUs });
    this.#write(() => this.#writeSidecar());
  }

  /** @param interleaved any number of whole frames @throws {SinkError} gone */
  append(interleaved: Int32Array): void {
    for (let taken = 0; taken < interleaved.length; ) {
      const part = interleaved.subarray(taken, taken + this.#block.length - this.#pendingSamples);
      this.#block.set(part, this.#pendingSamples);
      this.#pendingSamples += part.length;
      taken += part.length;
      if (this.#pendingSamples === this.#block.length) this.#write(() => this.#writeBlock());
    }
  }

  /** @throws {SinkError} gone */
  close(): void {
    if (this.#fd === null) return;
    try {
      this.#write(() => this.#writeBlock());
    } finally {
      this.#closeFile();
    }
  }

  #closeFile(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #write(act: () => void): void {
    try {
      act();
    } catch (cause) {
      throw new SinkError('gone', `the recording ${this.#file} can't go on: ${reasonOf(cause)}`);
    }
  }

  #writeBlock(): void {
    const position = HEADER_BYTES + this.#writtenSamples * SAMPLE_BYTES;
    this.#writeAt(new Uint8Array(this.#block.buffer, 0, this.#pendingSamples * SAMPLE_BYTES), position);
    this.#writtenSamples += this.#pendingSamples;
    this.#pendingSamples = 0;
    this.#writeHeader();
  }

  // A file of more than 4 GiB keeps growing; its header then says the most that it can.
  #writeHeader(): void {
    const dataBytes = Math.min(this.#writtenSamples * SAMPLE_BYTES, MAX_UINT32 - HEADER_BYTES);
    this.#header.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
    this.#header.writeUInt32LE(dataBytes, 40);
    this.#writeAt(this.#header, 0);
  }

  #writeAt(bytes: Uint8Array, position: number): void {
    if (this.#fd === null) throw new Error('it is closed');
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, position + done);
    }
  }

  // By renaming, so that a reader finds the old one or the new one, whole.
  #writeSidecar(): void {
    const { rate, ppm } = this.#format;
    const sidecar = `${this.#file}.json`;
    writeFileSync(`${sidecar}.new`, `${JSON.stringify({ rate, ppm, segments: this.#segments })}\n`);
    renameSync(`${sidecar}.new`, sidecar);
  }
}

/** A canonical WAV header with both sizes left at 0. */
function wavHeader({ rate, channels }: RecordingFormat): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const frameBytes = channels * SAMPLE_BYTES;
  header.write('RIFF', 0, 'ascii');
  header.write('WAVEfmt ', 8, 'ascii');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(SAMPLE_BYTES * 8, 34);
  header.write('data', 36, 'ascii');
  return header;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
