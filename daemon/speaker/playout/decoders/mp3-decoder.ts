import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MPEGDecoder } from 'mpg123-decoder';
import type { TrackIndex } from '../../../../protos/index.ts';
import type { Packet } from '../../../media/mp3-packets.ts';
import type { DecodedChunk, Decoder, TrackBytes } from './decoder.ts';
import { Mp3Segments } from './mp3-segments.ts';
import type { MpegStock } from './mpeg-stock.ts';

/** The most bytes that an mp3 frame may take from those before it. */
const RESERVOIR_BYTES = 511;

/** Mp3 frames that have to be decoded exactly before the one wanted: overlap of two and filter history. */
const OVERLAP_PACKETS = 2;

const PACKETS_PER_CHUNK = 4;

/** Sound is below 2 even where an encoder clipped; a damaged mp3 frame can decode to any number. */
const DAMAGE_LEVEL = 8;

/** Opens an MP3: at once where the stock has a decoder. */
export async function openMp3Decoder(
  index: TrackIndex,
  bytes: TrackBytes,
  stock: MpegStock,
): Promise<Mp3Decoder> {
  return new Mp3Decoder(index, bytes, await stock.take(), stock);
}

/**
 * Decodes MP3 by mpg123, which is handed one mp3 frame at a time, so that it is known which sound came from
 * which. To start anywhere it decodes enough of what comes before, and throws that away.
 */
export class Mp3Decoder implements Decoder {
  readonly #index: TrackIndex;
  readonly #segments: Mp3Segments;
  readonly #mpeg: MPEGDecoder;
  readonly #stock: MpegStock;
  #position = 0;
  /** The mp3 frame that the decoder is ready for; undefined: it has to be made ready. */
  #ready: number | undefined = 0;
  #fresh = true;
  #seeks = 0;
  #busy = false;
  #closed = false;

  /** @param stock that the decoder is of, and goes back to */
  constructor(index: TrackIndex, bytes: TrackBytes, mpeg: MPEGDecoder, stock: MpegStock) {
    this.#index = index;
    this.#segments = new Mp3Segments(index, bytes);
    this.#mpeg = mpeg;
    this.#stock = stock;
  }

  seek(frame: number): void {
    this.#position = frame;
    this.#seeks++;
  }

  async next(): Promise<DecodedChunk | undefined> {
    this.#busy = true;
    try {
      return await this.#decode(this.#position, this.#seeks);
    } finally {
      this.#busy = false;
      if (this.#closed) await this.#stock.giveBack(this.#mpeg);
    }
  }

  close(): void {
    if (!this.#closed && !this.#busy) void this.#stock.giveBack(this.#mpeg);
    this.#closed = true;
  }

  async #decode(firstFrame: number, seeks: number): Promise<DecodedChunk | undefined> {
    const { frames, startSkipFrames, framesPerPacket, channels } = this.#index;
    if (this.#closed || firstFrame >= frames) return undefined;
    const first = Math.floor((startSkipFrames + firstFrame) / framesPerPacket);
    const skip = startSkipFrames + firstFrame - first * framesPerPacket;
    const packets = await this.#packetsFrom(first);
    if (this.#ready !== first) {
      await this.#runUp(first);
      // The device is looked after from the same thread.
      await nextTurn();
    }
    if (this.#closed) return undefined;

    const length = Math.min(packets.length * framesPerPacket - skip, frames - firstFrame);
    const samples = Array.from({ length: channels }, () => new Float32Array(length));
    this.#ready = undefined;
    for (const [i, packet] of packets.entries()) {
      copyPacket(await this.#feed(packet), samples, i * framesPerPacket - skip);
    }
    this.#ready = first + packets.length;
    if (seeks === this.#seeks) this.#position = firstFrame + length;
    return { firstFrame, frames: length, channels: samples };
  }

  /** A chunk's worth of mp3 frames; behind the last one there are damaged ones without end. */
  async #packetsFrom(first: number): Promise<(Packet | undefined)[]> {
    const { packetsEach } = this.#segments;
    const within = first % packetsEach;
    const segment = await this.#segments.load(Math.floor(first / packetsEach));
    const packets = segment?.slice(within, Math.min(within + PACKETS_PER_CHUNK, packetsEach)) ?? [];
    return packets.length > 0 ? packets : Array.from({ length: PACKETS_PER_CHUNK }, () => undefined);
  }

  /** Makes the decoder ready for an mp3 frame: as it is when it has decoded all of those before. */
  async #runUp(packet: number): Promise<void> {
    const { packetsEach } = this.#segments;
    const before: (Packet | undefined)[] = [];
    let mainDataBytes = 0;
    for (let at = packet - 1; at >= 0 && mainDataBytes < RESERVOIR_BYTES; at--) {
      const one = (await this.#segments.load(Math.floor(at / packetsEach)))?.[at % packetsEach];
      before.push(one);
      if (before.length > OVERLAP_PACKETS) mainDataBytes += one?.mainDataBytes ?? 0;
    }
    // Elsewhere what the decoder still holds is overwritten on the way, and starting afresh costs more.
    if (before.length === packet) await this.#reset();
    this.#ready = undefined;
    for (const one of before.reverse()) await this.#feed(one);
  }

  /** Decodes one mp3 frame; undefined when nothing sensible comes of it. */
  async #feed(packet: Packet | undefined): Promise<Float32Array[] | undefined> {
    const decoded = packet && this.#mpeg.decode(packet.bytes);
    if (decoded) this.#fresh = false;
    if (decoded?.samplesDecoded !== this.#index.framesPerPacket) {
      // What it still holds doesn't fit what follows.
      await this.#reset();
      return undefined;
    }
    return decoded.channelData.every(isSound) ? decoded.channelData : undefined;
  }

  async #reset(): Promise<void> {
    if (!this.#fresh) await this.#mpeg.reset();
    this.#fresh = true;
  }
}

function isSound(samples: Float32Array): boolean {
  for (const sample of samples) if (!(Math.abs(sample) < DAMAGE_LEVEL)) return false;
  return true;
}

/** Puts an mp3 frame's sound at `at`, which may lie before the start, or reach beyond the end. */
function copyPacket(from: Float32Array[] | undefined, to: Float32Array[], at: number): void {
  for (const [channel, samples] of to.entries()) {
    const source = from?.[channel];
    if (!source) continue;
    samples.set(source.subarray(Math.max(0, -at), Math.max(0, samples.length - at)), Math.max(0, at));
  }
}
