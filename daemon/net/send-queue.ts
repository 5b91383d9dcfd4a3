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
    return this.between(() => this.#socket.send(frames));
  }

  /** Does something to the socket while nothing is being sent. */
  between(task: () => Promise<void>): Promise<void> {
    const done = this.#last.then(task);
    this.#last = done.catch(() => {});
    return done;
  }
}
