import { Router } from 'zeromq';
import { MAX_MESSAGE_BYTES } from '../../protos/index.ts';
import type { PublicKey } from '../security/keys.ts';
import { SendQueue } from './send-queue.ts';
import { type ServerKeys, serverOptions } from './socket-keys.ts';

/**
 * Answers one request. It must not throw: what is wrong with a request goes into the reply.
 * @param peerKey who has proven to be the asker; undefined: a stranger, or there are no keys
 * @param connection by which it has come; no other has the same
 */
export type RequestHandler = (
  request: Uint8Array,
  peerKey?: PublicKey,
  connection?: string,
) => Promise<Uint8Array>;

/** Serves requests on a ROUTER socket, many at once; malformed envelopes are dropped. */
export class Responder {
  readonly #handler: RequestHandler;
  readonly #keys: ServerKeys | undefined;
  #socket: Router | undefined;

  /** @param keys connections are encrypted, and each request's asker is known; without, neither */
  constructor(handler: RequestHandler, keys?: ServerKeys) {
    this.#handler = handler;
    this.#keys = keys;
  }

  /** @throws when the address is taken or isn't one of this host's */
  async start(address: string): Promise<void> {
    const options = serverOptions(this.#keys);
    this.#socket = new Router({ linger: 0, maxMessageSize: MAX_MESSAGE_BYTES, ...options });
    await this.#socket.bind(address);
    void this.#serve(this.#socket);
  }

  stop(): void {
    this.#socket?.close();
  }

  async #serve(socket: Router): Promise<void> {
    const replies = new SendQueue(socket);
    for await (const [peer, delimiter, request, proof, ...rest] of socket) {
      if (!peer || delimiter?.length !== 0 || !request || rest.length > 0) continue;
      const answer = this.#handler(request, this.#keys?.provenKey(proof), peer.toString('hex'));
      // The asker may be gone, or this socket closed meanwhile: then nobody waits for the reply.
      void answer.then((reply) => replies.send([peer, '', reply]).catch(() => {}));
    }
  }
}
