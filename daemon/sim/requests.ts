import { type Codec, PROTOCOL } from '../../protos/index.ts';
import { answerOf } from '../coordinator/requests.ts';
import type { Logger } from '../logger.ts';
import { NoReplyError, type RequestHead, type Requests } from '../net/request.ts';
import type { Host, Process } from './host.ts';
import { Client, type Network, type Peer, type Server } from './network.ts';

interface Envelope<Body> {
  readonly protocol: number;
  readonly requestId: string;
  readonly by?: string;
  readonly body: Body;
}

const KEPT = 1000;
/** As net/connection.ts has it. */
export const PATIENCE_US = 3.5e6;

/** Asks a program of another host, as Requester does. */
export class SimulatedRequests<RequestBody, ReplyBody> implements Requests<RequestBody, ReplyBody> {
  readonly #network: Network;
  readonly #process: Process;
  readonly #client: Client;
  readonly #codec: Codec<Envelope<RequestBody>>;
  readonly #waiting = new Map<string, (body: ReplyBody) => void>();

  constructor(
    network: Network,
    process: Process,
    host: Host,
    port: number,
    codec: Codec<Envelope<RequestBody>>,
  ) {
    this.#network = network;
    this.#process = process;
    this.#codec = codec;
    const options = { kept: KEPT, patienceUs: PATIENCE_US };
    this.#client = new Client(network, process, host, port, options, (message) => {
      // Only what answersTo() makes comes here.
      const { requestId, body } = message as Envelope<ReplyBody>;
      this.#waiting.get(requestId)?.(body);
    });
  }

  /** Requests whose reply may still come, and messages that are kept or on their way. */
  get underWay(): number {
    return this.#waiting.size + this.#client.underWay;
  }

  start(): void {
    this.#client.start();
  }

  stop(): void {
    this.#client.stop();
  }

  async request(body: RequestBody, timeoutMs: number, head: RequestHead = {}): Promise<ReplyBody> {
    const { requestId = this.#network.newId(), by = '' } = head;
    const reply = Promise.withResolvers<ReplyBody>();
    const cancel = this.#process.timers.after(timeoutMs, () =>
      reply.reject(new NoReplyError(`no reply within ${timeoutMs} ms`)),
    );
    this.#waiting.set(requestId, reply.resolve);
    this.#client.send(this.#network.wire.carry(this.#codec, { protocol: PROTOCOL, requestId, by, body }));
    try {
      return await reply.promise;
    } finally {
      cancel();
      this.#waiting.delete(requestId);
    }
  }
}

/** Serves requests at a port, as Responder and requestHandler() do. */
export function answersTo<RequestBody, ReplyBody>(
  { wire }: Network,
  codec: Codec<Envelope<ReplyBody>>,
  handle: (body: RequestBody, asked: Required<RequestHead>) => ReplyBody | Promise<ReplyBody>,
  logger: Logger,
): Server {
  return {
    onMessage(message: unknown, peer: Peer) {
      const { requestId, by = '', body } = message as Envelope<RequestBody>;
      void answerOf(() => handle(body, { requestId, by }), logger).then((reply) =>
        // A failure is one of the replies of each kind.
        peer.send(wire.carry(codec, { protocol: PROTOCOL, requestId, body: reply as ReplyBody })),
      );
    },
  };
}
