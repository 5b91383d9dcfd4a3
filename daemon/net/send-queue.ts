/** A ZeroMQ socket as far as sending goes. */
interface Writable {
  send(frames: (Uint8Array | string)[]): Promise<void>;
}

/** Sends one message after the other: a ZeroMQ socket refuses a send while another is under way. */
export class SendQueue {
  readonly #socket: Writable;
  #last: Promise<void> = Promise.resolve();

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Resolves when the message is handed to ZeroMQ; rejects as the socket does. */
  send(frames: (Uint8Array | string)[]): Promise<void> {
    const sent = this.#last.then(() => this.#socket.send(frames));
    this.#last = sent.catch(() => {});
    return sent;
  }
}
