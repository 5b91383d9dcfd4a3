import { Publisher as PubSocket } from 'zeromq';
import { PROTOCOL, RoomEvent } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import { SendQueue } from '../../net/send-queue.ts';
import type { LocalClock } from '../../units.ts';
import type { EventBody } from './room-events.ts';

/** What all events of one run have in common. */
export interface EventSource {
  readonly roomId: string;
  readonly runId: string;
  readonly clockId: string;
}

const HEARTBEAT_MS = 500;

/** Publishes a room's events, numbered, and a heartbeat by which a lost one is noticed. */
export class Publisher {
  readonly #socket = new PubSocket({ linger: 0 });
  readonly #queue = new SendQueue(this.#socket);
  readonly #source: EventSource;
  readonly #clock: LocalClock;
  readonly #logger: Logger;
  #heartbeat: NodeJS.Timeout | undefined;
  #seq = 0;

  /** @param clock the room clock, which is this host's */
  constructor(source: EventSource, clock: LocalClock, logger: Logger) {
    this.#source = source;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @throws when the address is taken or isn't one of this host's */
  async start(address: string): Promise<void> {
    await this.#socket.bind(address);
    this.#heartbeat = setInterval(() => this.#send({ kind: 'heartbeat' }), HEARTBEAT_MS);
  }

  stop(): void {
    clearInterval(this.#heartbeat);
    this.#socket.close();
  }

  /** Number of the last event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  publish(bodies: readonly EventBody[]): void {
    for (const body of bodies) {
      this.#seq += 1;
      this.#send(body);
    }
  }

  #send(body: EventBody): void {
    const event = RoomEvent.encode({
      ...this.#source,
      protocol: PROTOCOL,
      seq: this.#seq,
      sentRoomUs: this.#clock(),
      body,
    });
    this.#queue.send([event]).catch((error) => {
      if (!this.#socket.closed) this.#logger.error({ err: error }, 'an event could not be published');
    });
  }
}
