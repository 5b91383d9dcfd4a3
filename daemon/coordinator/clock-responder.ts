import { Router } from 'zeromq';
import { ClockReply, ClockRequest, PROTOCOL, WireError } from '../../protos/index.ts';
import { SendQueue } from '../net/send-queue.ts';
import { type ServerKeys, serverOptions } from '../net/socket-keys.ts';
import type { LocalClock } from '../units.ts';

const MAX_REQUEST_BYTES = 1024;

/**
 * Serves the room clock to REQ sockets: one short reply a request. What can't be read is answered too (with
 * t1 0), or the asker would wait for nothing; its sender learns our protocol version from it.
 * A ROUTER, for libzmq's REP may oversleep the request after one that came without an envelope.
 */
export class ClockResponder {
  readonly #clock: LocalClock;
  readonly #clockId: string;
  readonly #keys: ServerKeys | undefined;
  #socket: Router | undefined;
  #serving: Promise<void> | undefined;

  /**
   * @param clockId identity of the clock given, see clock-id.ts
   * @param keys only whom they admit is answered; without, anybody
   */
  constructor(clock: LocalClock, clockId: string, keys?: ServerKeys) {
    this.#clock = clock;
    this.#clockId = clockId;
    this.#keys = keys;
  }

  /**
   * @param address such as tcp://*:7401
   * @throws when the address is taken or isn't one of this host's
   */
  async start(address: string): Promise<void> {
    const options = serverOptions(this.#keys);
    this.#socket = new Router({ linger: 0, maxMessageSize: MAX_REQUEST_BYTES, ...options });
    await this.#socket.bind(address);
    this.#serving = this.#serve(this.#socket);
  }

  async stop(): Promise<void> {
    this.#socket?.close();
    await this.#serving;
  }

  async #serve(socket: Router): Promise<void> {
    const replies = new SendQueue(socket);
    for await (const frames of socket) {
      const t2Us = this.#clock();
      // Before the empty frame: the peer, and the request's number of a REQ that correlates.
      const delimiter = frames.findIndex(({ length }) => length === 0);
      if (delimiter < 1) continue;
      const reply = this.#answer(frames.slice(delimiter + 1), t2Us);
      // The asker may be gone by now, and the next one isn't to suffer from it; or the socket is closed.
      await replies.send([...frames.slice(0, delimiter + 1), reply]).catch(() => {});
    }
  }

  #answer(request: Uint8Array[], t2Us: number): Uint8Array {
    const [bytes, ...rest] = request;
    const t1Us = bytes && rest.length === 0 ? parseT1Us(bytes) : 0;
    return ClockReply.encode({ protocol: PROTOCOL, t1Us, t2Us, t3Us: this.#clock(), clockId: this.#clockId });
  }
}

function parseT1Us(bytes: Uint8Array): number {
  try {
    return ClockRequest.decode(bytes).t1Us;
  } catch (error) {
    if (error instanceof WireError) return 0;
    throw error;
  }
}
