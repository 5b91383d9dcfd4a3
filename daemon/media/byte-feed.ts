/** What a parser asks for next: bytes to look at, or bytes to pass over. */
export type ByteRequest = { readonly read: number } | { readonly skip: number };

/**
 * A parser written as if the whole file were at hand: it yields a request and gets the bytes (none for a
 * skip). Where the file ends it gets fewer than it asked for.
 */
export type ByteParser<T> = Generator<ByteRequest, T, Uint8Array>;

const NOTHING = new Uint8Array(0);

/** Runs a parser over chunks as they come; holds no more than the bytes of one read. */
export class ByteFeed<T> {
  readonly #parser: ByteParser<T>;
  #state: IteratorResult<ByteRequest, T>;
  #held: Uint8Array[] = [];
  #done = 0;

  constructor(parser: ByteParser<T>) {
    this.#parser = parser;
    this.#state = parser.next();
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (!this.#state.done) {
      const request = this.#state.value;
      const wanted = ('read' in request ? request.read : request.skip) - this.#done;
      if (wanted > rest.length) break;
      this.#answer(request, rest.subarray(0, wanted));
      rest = rest.subarray(wanted);
    }
    if (this.#state.done || rest.length === 0) return;
    if ('read' in this.#state.value) this.#held.push(rest.slice());
    this.#done += rest.length;
  }

  /** Tells the parser that the file has ended, and returns its result. */
  finish(): T {
    while (!this.#state.done) this.#answer(this.#state.value, NOTHING);
    return this.#state.value;
  }

  #answer(request: ByteRequest, last: Uint8Array): void {
    const bytes = 'read' in request ? Buffer.concat([...this.#held, last]) : NOTHING;
    this.#held = [];
    this.#done = 0;
    this.#state = this.#parser.next(bytes);
  }
}
