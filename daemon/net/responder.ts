import { Router } from 'zeromq';
import { MAX_MESSAGE_BYTES } from '../../protos/index.ts';
import { SendQueue } from './send-queue.ts';

/** Answers one request. It must not throw: what is wrong with a request goes into the reply. */
export type RequestHandler = (request: Uint8Array) => Promise<Uint8Array>;

/** Serves requests on a ROUTER socket, many at once; malformed envelopes are dropped. */
export class Responder {
  readonly #socket = new Router({ linger: 0, maxMessageSize: MAX_MESSAGE_BYTES });
  readonly #replies = new SendQueue(this.#socket);
  readonly #handler: RequestHandler;

  constructor(handler: RequestHandler) {
    this.#handler = handler;
  }

  /** @throws when the address is taken or isn't one of this host's */
  async start(address: string): Promise<void> {
    await this.#socket.bind(address);
    void this.#serve();
  }

  stop(): void {
    this.#socket.close();
  }

  async #serve(): Promise<void> {
    for await (const [peer, delimiter, request, ...rest] of this.#socket) {
      if (!peer || delimiter?.length !== 0 || !request || rest.length > 0) continue;
      void this.#answer(peer, request);
    }
  }

  async #answer(peer: Uint8Array, request: Uint8Array): Promise<void> {
    const reply = await this.#handler(request);
    // The asker may be gone, or this socket closed meanwhile: then nobody waits for the reply.
    await this.#replies.send([peer, '', reply]).catch(() => {});
  }
}
