/** Keeps the last bytes of a file that passes by in chunks. */
export class Tail {
  readonly #capacity: number;
  #chunks: Uint8Array[] = [];
  #kept = 0;
  #total = 0;

  /** @param capacity bytes kept at least, once there are as many */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    this.#total += chunk.length;
    for (
      let first = this.#chunks[0];
      first && this.#kept - first.length >= this.#capacity;
      first = this.#chunks[0]
    ) {
      this.#chunks.shift();
      this.#kept -= first.length;
    }
  }

  /** The bytes from `offset` in the file to its end; none when the first of them are no longer held. */
  from(offset: number): Uint8Array {
    const start = offset - (this.#total - this.#kept);
    return start < 0 ? new Uint8Array(0) : Buffer.concat(this.#chunks).subarray(start);
  }
}
