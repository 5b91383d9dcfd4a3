import { answerOf } from '../coordinator/requests.ts';
import type { Logger } from '../logger.ts';
import { NoReplyError, type Requests } from '../net/request.ts';
import type { Host, Process } from './host.ts';
import { Client, type Network, type Peer, type Server } from './network.ts';

interface Message<Body> {
  readonly id: number;
  readonly body: Body;
}

const KEPT = 1000;
/** As net/connection.ts has it. */
export const PATIENCE_US = 3.5e6;

/** Asks a program of another host, as Requester does. */
export class SimulatedRequests<RequestBody, ReplyBody> implements Requests<RequestBody, ReplyBody> {
  readonly #process: Process;
  readonly #client: Client;
  readonly #waiting = new Map<number, (body: ReplyBody) => void>();
  #id = 0;

  constructor(network: Network, process: Process, host: Host, port: number) {
    this.#process = process;
    this.#client = new Client(
      network,
      process,
      host,
      port,
      { kept: KEPT, patienceUs: PATIENCE_US },
      (message) => {
        // Only what answersTo() makes comes here, and the protocol's schemas are tested by themselves.
        const { id, body } = message as Message<ReplyBody>;
        this.#waiting.get(id)?.(body);
      },
    );
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

  async request(body: RequestBody, timeoutMs: number): Promise<ReplyBody> {
    const id = this.#id++;
    const reply = Promise.withResolvers<ReplyBody>();
    const cancel = this.#process.timers.after(timeoutMs, () =>
      reply.reject(new NoReplyError(`no reply within ${timeoutMs} ms`)),
    );
    this.#waiting.set(id, reply.resolve);
    this.#client.send({ id, body });
    try {
      return await reply.promise;
    } finally {
      cancel();
      this.#waiting.delete(id);
    }
  }
}

/** Serves requests at a port, as Responder and requestHandler() do. */
export function answersTo<RequestBody, ReplyBody>(
  handle: (body: RequestBody) => ReplyBody | Promise<ReplyBody>,
  logger: Logger,
): Server {
  return {
    onMessage(message: unknown, peer: Peer) {
      const { id, body } = message as Message<RequestBody>;
      void answerOf(() => handle(body), logger).then((reply) => peer.send({ id, body: reply }));
    },
  };
}
