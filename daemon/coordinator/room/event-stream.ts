import { PROTOCOL, type RoomEvent } from '../../../protos/index.ts';
import type { Timers } from '../../timers.ts';
import type { LocalClock } from '../../units.ts';
import type { EventBody } from './room-events.ts';

/** What all events of one run have in common. */
export interface EventSource {
  readonly roomId: string;
  readonly runId: string;
  readonly clockId: string;
}

const HEARTBEAT_MS = 500;

/** A room's events, numbered, and a heartbeat by which a lost one is noticed. */
export class EventStream {
  readonly #source: EventSource;
  readonly #clock: LocalClock;
  readonly #timers: Timers;
  readonly #send: (event: RoomEvent) => void;
  #stopHeartbeat = () => {};
  #seq = 0;

  /** @param clock the room clock, which is this host's */
  constructor(source: EventSource, clock: LocalClock, timers: Timers, send: (event: RoomEvent) => void) {
    this.#source = source;
    this.#clock = clock;
    this.#timers = timers;
    this.#send = send;
  }

  start(): void {
    this.#stopHeartbeat = this.#timers.every(HEARTBEAT_MS, () => this.#tell({ kind: 'heartbeat' }));
  }

  stop(): void {
    this.#stopHeartbeat();
  }

  /** Number of the last event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  publish(bodies: readonly EventBody[]): void {
    for (const body of bodies) {
      this.#seq += 1;
      this.#tell(body);
    }
  }

  #tell(body: EventBody): void {
    this.#send({
      ...this.#source,
      protocol: PROTOCOL,
      seq: this.#seq,
      sentRoomUs: this.#clock(),
      body,
    });
  }
}
