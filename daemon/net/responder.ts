import { Router } from 'zeromq';
import { MAX_MESSAGE_BYTES } from '../../protos/index.ts';
import type { PublicKey } from '../security/keys.ts';
import { SendQueue } from './send-queue.ts';
import { type ServerKeys, serverOptions } from './socket-keys.ts';

/**
 * Answers one request. It must not throw: what is wrong with a request goes into the reply.
 * @param peerKey who has proven to be the asker; undefined: a stranger, or there are no keys
 */
export type RequestHandler = (request: Uint8Array, peerKey?: PublicKey) => Promise<Uint8Array>;

/** Serves requests on a ROUTER socket, many at once; malformed envelopes are dropped. */
export class Responder {
  readonly #socket: Router;
  readonly #replies: SendQueue;
  readonly #handler: RequestHandler;
  readonly #keys: ServerKeys | undefined;

  /** @param keys connections are encrypted, and each request's asker is known; without, neither */
  constructor(handler: RequestHandler, keys?: ServerKeys) {
    this.#socket = new Router({ linger: 0, maxMessageSize: MAX_MESSAGE_BYTES, ...serverOptions(keys) });
    this.#replies = new SendQueue(this.#socket);
    this.#handler = handler;
    this.#keys = keys;
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
    for await (const [peer, delimiter, request, proof, ...rest] of this.#socket) {
      if (!peer || delimiter?.length !== 0 || !request || rest.length > 0) continue;
      void this.#answer(peer, request, this.#keys?.provenKey(proof));
    }
  }

  async #answer(peer: Uint8Array, request: Uint8Array, peerKey: PublicKey | undefined): Promise<void> {
    const reply = await this.#handler(request, peerKey);
    // The asker may be gone, or this socket closed meanwhile: then nobody waits for the reply.
    await this.#replies.send([peer, '', reply]).catch(() => {});
  }
}
