import { Publisher as PubSocket } from 'zeromq';
import { RoomEvent } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import { SendQueue } from '../../net/send-queue.ts';
import { type ServerKeys, serverOptions } from '../../net/socket-keys.ts';

/** A subscription is the only thing that a subscriber sends, and all of Jam's are empty. */
const MAX_SUBSCRIPTION_BYTES = 1024;

/** Publishes a room's events to whoever has subscribed. */
export class Publisher {
  readonly #socket: PubSocket;
  readonly #queue: SendQueue;
  readonly #logger: Logger;
  #address = '';

  /** @param keys only whom they admit may subscribe; without, anybody */
  constructor(logger: Logger, keys?: ServerKeys) {
    this.#socket = new PubSocket({
      linger: 0,
      maxMessageSize: MAX_SUBSCRIPTION_BYTES,
      ...serverOptions(keys),
    });
    this.#queue = new SendQueue(this.#socket);
    this.#logger = logger;
  }

  /** @throws when the address is taken or isn't one of this host's */
  async start(address: string): Promise<void> {
    this.#address = address;
    await this.#socket.bind(address);
  }

  stop(): void {
    this.#socket.close();
  }

  /** Cuts all connections; whoever still belongs here is back within a second. */
  reconnect(): void {
    const rebind = async () => {
      await this.#socket.unbind(this.#address);
      await this.#socket.bind(this.#address);
    };
    // A room that nobody can hear any more ends, and is started again.
    void this.#queue.between(rebind).catch((error) => {
      if (!this.#socket.closed) throw error;
    });
  }

  send(event: RoomEvent): void {
    this.#queue.send([RoomEvent.encode(event)]).catch((error) => {
      if (!this.#socket.closed) this.#logger.error({ err: error }, 'an event could not be published');
    });
  }
}
