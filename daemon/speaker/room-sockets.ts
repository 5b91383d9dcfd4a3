import { Push, Subscriber } from 'zeromq';
import { type Assignment, PROTOCOL, Report, RoomEvent, RoomReply, RoomRequest } from '../../protos/index.ts';
import type { Logger } from '../logger.ts';
import { CONNECTION } from '../net/connection.ts';
import { Requester } from '../net/requester.ts';
import { SendQueue } from '../net/send-queue.ts';
import { type ClientKeys, clientOptions } from '../net/socket-keys.ts';
import type { RoomConnection } from './room-link.ts';

/** A speaker's sockets to its room. */
export class RoomSockets implements RoomConnection {
  readonly requests: Requester<RoomRequest['body'], RoomReply['body']>;
  readonly #host: string;
  readonly #assignment: Assignment;
  readonly #receive: (event: RoomEvent) => void;
  readonly #log: Logger;
  readonly #subscriber: Subscriber;
  readonly #push: Push;
  readonly #reports: SendQueue;
  readonly #proof: readonly Uint8Array[];

  /** @param keys undefined: the room has none */
  constructor(
    host: string,
    assignment: Assignment,
    receive: (event: RoomEvent) => void,
    log: Logger,
    keys?: ClientKeys,
  ) {
    const connection = { ...CONNECTION, ...clientOptions(keys) };
    this.#subscriber = new Subscriber({ ...connection, receiveHighWaterMark: 1000 });
    this.#push = new Push({ ...connection, sendHighWaterMark: 4, sendTimeout: 0 });
    this.#reports = new SendQueue(this.#push);
    this.#proof = keys ? [keys.proof] : [];
    this.#host = host;
    this.#assignment = assignment;
    this.#receive = receive;
    this.#log = log;
    this.requests = new Requester(this.#address(assignment.requestsPort), RoomRequest, RoomReply, keys);
  }

  start(): void {
    this.#subscriber.connect(this.#address(this.#assignment.eventsPort));
    this.#subscriber.subscribe();
    this.#push.connect(this.#address(this.#assignment.reportsPort));
    this.requests.start();
    void this.#listen();
  }

  stop(): void {
    this.#subscriber.close();
    this.#push.close();
    this.requests.stop();
  }

  send(report: Report): void {
    this.#reports.send([Report.encode(report), ...this.#proof]).catch(() => {});
  }

  #address(port: number): string {
    return `tcp://${this.#host}:${port}`;
  }

  async #listen(): Promise<void> {
    for await (const [bytes] of this.#subscriber) {
      const event = this.#parse(bytes);
      if (event) this.#receive(event);
    }
  }

  #parse(bytes: Uint8Array | undefined): RoomEvent | undefined {
    try {
      const event = bytes && RoomEvent.decode(bytes);
      return event?.protocol === PROTOCOL ? event : undefined;
    } catch (error) {
      this.#log.warn(`an event that can't be read was dropped: ${String(error)}`);
      return undefined;
    }
  }
}
