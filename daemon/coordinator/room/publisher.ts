import { Publisher as PubSocket } from 'zeromq';
import { RoomEvent } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import { SendQueue } from '../../net/send-queue.ts';

/** Publishes a room's events to whoever has subscribed. */
export class Publisher {
  readonly #socket = new PubSocket({ linger: 0 });
  readonly #queue = new SendQueue(this.#socket);
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @throws when the address is taken or isn't one of this host's */
  async start(address: string): Promise<void> {
    await this.#socket.bind(address);
  }

  stop(): void {
    this.#socket.close();
  }

  send(event: RoomEvent): void {
    this.#queue.send([RoomEvent.encode(event)]).catch((error) => {
      if (!this.#socket.closed) this.#logger.error({ err: error }, 'an event could not be published');
    });
  }
}
