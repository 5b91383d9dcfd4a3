import { Push, Subscriber } from 'zeromq';
import {
  type Assignment,
  MAX_MESSAGE_BYTES,
  PROTOCOL,
  Report,
  RoomEvent,
  RoomReply,
  RoomRequest,
  type RoomSnapshot,
} from '../../protos/index.ts';
import type { Logger } from '../logger.ts';
import { Requester } from '../net/requester.ts';
import { SendQueue } from '../net/send-queue.ts';

export interface RoomEvents {
  onEvent(event: RoomEvent): void;
  onSnapshot(snapshot: RoomSnapshot): void;
}

/** A connection that is cut shows after this long without a sign of life, and is made anew. */
const connection = {
  linger: 0,
  maxMessageSize: MAX_MESSAGE_BYTES,
  reconnectInterval: 100,
  reconnectMaxInterval: 1000,
  connectTimeout: 1000,
  heartbeatInterval: 1000,
  heartbeatTimeout: 2500,
};
const snapshotMs = 500;

/** A speaker's sockets to its room: events in, snapshots on request, reports out. */
export class RoomLink {
  readonly #assignment: Assignment;
  readonly #host: string;
  readonly #speakerId: string;
  readonly #events: RoomEvents;
  readonly #log: Logger;
  readonly #subscriber = new Subscriber({ ...connection, receiveHighWaterMark: 1000 });
  readonly #push = new Push({ ...connection, sendHighWaterMark: 4, sendTimeout: 0 });
  readonly #reports = new SendQueue(this.#push);
  readonly #requester: Requester<RoomRequest['body'], RoomReply['body']>;
  #asking = false;

  constructor(host: string, assignment: Assignment, speakerId: string, events: RoomEvents, log: Logger) {
    this.#host = host;
    this.#assignment = assignment;
    this.#speakerId = speakerId;
    this.#events = events;
    this.#log = log;
    this.#requester = new Requester(this.#address(assignment.requestsPort), RoomRequest, RoomReply);
  }

  start(): void {
    this.#subscriber.connect(this.#address(this.#assignment.eventsPort));
    this.#subscriber.subscribe();
    this.#push.connect(this.#address(this.#assignment.reportsPort));
    this.#requester.start();
    void this.#receive();
    void this.askSnapshot();
  }

  stop(): void {
    this.#subscriber.close();
    this.#push.close();
    this.#requester.stop();
  }

  /** Asks for the snapshot once; what calls for it goes on to show at every heartbeat until it has come. */
  async askSnapshot(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const reply = await this.#requester.request(
        { kind: 'getSnapshot', speakerId: this.#speakerId },
        snapshotMs,
      );
      if (reply.kind === 'snapshot') this.#events.onSnapshot(reply);
      else
        this.#log.warn(`the room gave no snapshot: ${reply.kind === 'failure' ? reply.message : reply.kind}`);
    } catch (error) {
      this.#log.debug(`no snapshot yet: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#asking = false;
    }
  }

  /** Reports are for now: one that can't be sent at once is dropped. */
  sendReport(report: Report): void {
    this.#reports.send([Report.encode(report)]).catch(() => {});
  }

  #address(port: number): string {
    return `tcp://${this.#host}:${port}`;
  }

  async #receive(): Promise<void> {
    for await (const [bytes] of this.#subscriber) {
      const event = this.#parse(bytes);
      if (event) this.#events.onEvent(event);
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
