import { crc32 } from 'node:zlib';

/** Tracks are fetched and kept in pieces of this size; a track's last one is shorter. */
export const chunkBytes = 256 * 1024;

const magic = 0x4a41_4d31; // 'JAM1'
const headerBytes = 16;

/** Which chunks of a track are there. Chunks count from 0. */
export class ChunkMap {
  /** Of the whole track. */
  readonly bytes: number;
  readonly chunks: number;
  readonly #bits: Uint8Array;
  #held = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.chunks = Math.ceil(bytes / chunkBytes);
    this.#bits = new Uint8Array(Math.ceil(this.chunks / 8));
  }

  /** How many chunks are there. */
  get held(): number {
    return this.#held;
  }

  get complete(): boolean {
    return this.#held === this.chunks;
  }

  get heldBytes(): number {
    if (this.#held === 0) return 0;
    const last = this.chunks - 1;
    const shortfall = this.has(last) ? this.chunks * chunkBytes - this.bytes : 0;
    return this.#held * chunkBytes - shortfall;
  }

  has(chunk: number): boolean {
    return ((this.#bits[chunk >> 3] ?? 0) & (1 << (chunk & 7))) !== 0;
  }

  add(chunk: number): void {
    if (chunk < 0 || chunk >= this.chunks || this.has(chunk)) return;
    this.#bits[chunk >> 3] = (this.#bits[chunk >> 3] ?? 0) | (1 << (chunk & 7));
    this.#held++;
  }

  /** Byte offsets [from, to) of a chunk in the track. */
  range(chunk: number): { from: number; to: number } {
    return { from: chunk * chunkBytes, to: Math.min(this.bytes, (chunk + 1) * chunkBytes) };
  }

  /** The form for the disk: magic, CRC-32 of what follows, size of the track, a bit a chunk. */
  encode(): Uint8Array {
    const bytes = Buffer.alloc(headerBytes + this.#bits.length);
    bytes.writeUInt32BE(magic, 0);
    bytes.writeDoubleBE(this.bytes, 8);
    bytes.set(this.#bits, headerBytes);
    bytes.writeUInt32BE(crc32(bytes.subarray(8)), 4);
    return bytes;
  }

  /** Undefined when the bytes aren't a map that encode() has made. */
  static decode(encoded: Uint8Array): ChunkMap | undefined {
    const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
    if (bytes.length < headerBytes || bytes.readUInt32BE(0) !== magic) return undefined;
    if (bytes.readUInt32BE(4) !== crc32(bytes.subarray(8))) return undefined;
    const size = bytes.readDoubleBE(8);
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    if (bytes.length !== headerBytes + Math.ceil(Math.ceil(size / chunkBytes) / 8)) return undefined;
    const map = new ChunkMap(size);
    const bits = bytes.subarray(headerBytes);
    for (let chunk = 0; chunk < map.chunks; chunk++)
      if (((bits[chunk >> 3] ?? 0) & (1 << (chunk & 7))) !== 0) map.add(chunk);
    return map;
  }
}
