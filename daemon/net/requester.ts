import { Dealer } from 'zeromq';
import type { Codec } from '../../protos/index.ts';
import { PROTOCOL } from '../../protos/limits.ts';
import { CONNECTION } from './connection.ts';
import { NoReplyError, type RequestHead, type Requests } from './request.ts';
import { SendQueue } from './send-queue.ts';
import { type ClientKeys, clientOptions } from './socket-keys.ts';

export { NoReplyError };

interface Envelope<Body> {
  protocol: number;
  requestId: string;
  by?: string;
  body: Body;
}

/** An id for one request. Unique enough, and no secret: node:crypto would take 15 ms to load. */
export function newRequestId(): string {
  const parts = [process.pid, Date.now(), Math.random() * 2 ** 52];
  return parts.map((part) => Math.trunc(part).toString(36)).join('');
}

/** A Requester's socket, which begins to connect. @param keys as a Requester's */
export function connectSocket(address: string, keys?: ClientKeys): Dealer {
  const socket = requesterSocket(keys);
  socket.connect(address);
  return socket;
}

function requesterSocket(keys: ClientKeys | undefined): Dealer {
  return new Dealer({ ...CONNECTION, ...clientOptions(keys), sendHighWaterMark: 1000 });
}

/** Sends requests to one peer and matches the replies to them, several under way at once. */
export class Requester<RequestBody, ReplyBody> implements Requests<RequestBody, ReplyBody> {
  readonly #socket: Dealer;
  readonly #queue: SendQueue;
  readonly #isConnecting: boolean;
  readonly #address: string;
  readonly #requests: Codec<Envelope<RequestBody>>;
  readonly #replies: Codec<Envelope<ReplyBody>>;
  readonly #waiting = new Map<string, (body: ReplyBody) => void>();
  readonly #prefix = newRequestId();
  readonly #proof: readonly Uint8Array[];
  #lastId = 0;

  /**
   * @param address such as tcp://127.0.0.1:7400
   * @param keys the connection is encrypted, and each request shows who asks; without, neither
   * @param socket one of connectSocket(); without, it connects when it is started
   */
  constructor(
    address: string,
    requests: Codec<Envelope<RequestBody>>,
    replies: Codec<Envelope<ReplyBody>>,
    keys?: ClientKeys,
    socket?: Dealer,
  ) {
    this.#socket = socket ?? requesterSocket(keys);
    this.#isConnecting = socket !== undefined;
    this.#queue = new SendQueue(this.#socket);
    this.#proof = keys ? [keys.proof] : [];
    this.#address = address;
    this.#requests = requests;
    this.#replies = replies;
  }

  start(): void {
    if (!this.#isConnecting) this.#socket.connect(this.#address);
    void this.#receive();
  }

  stop(): void {
    this.#socket.close();
  }

  /** @throws {NoReplyError} after timeoutMs */
  async request(body: RequestBody, timeoutMs: number, head: RequestHead = {}): Promise<ReplyBody> {
    const { requestId = `${this.#prefix}-${++this.#lastId}`, by = '' } = head;
    const reply = Promise.withResolvers<ReplyBody>();
    const timer = setTimeout(
      () => reply.reject(new NoReplyError(`no reply from ${this.#address} within ${timeoutMs} ms`)),
      timeoutMs,
    );
    this.#waiting.set(requestId, reply.resolve);
    try {
      this.#queue
        .send(['', this.#requests.encode({ protocol: PROTOCOL, requestId, by, body }), ...this.#proof])
        .catch(reply.reject);
      return await reply.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(requestId);
    }
  }

  async #receive(): Promise<void> {
    for await (const [, bytes] of this.#socket) {
      const reply = this.#parse(bytes);
      if (reply) this.#waiting.get(reply.requestId)?.(reply.body);
    }
  }

  // A reply that can't be read is as good as none: its request runs into its deadline.
  #parse(bytes: Uint8Array | undefined): Envelope<ReplyBody> | undefined {
    try {
      return bytes && this.#replies.decode(bytes);
    } catch {
      return undefined;
    }
  }
}
