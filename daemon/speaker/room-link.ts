import type { Report, RoomReply, RoomRequest, RoomSnapshot } from '../../protos/index.ts';
import type { Logger } from '../logger.ts';
import type { Requests } from '../net/request.ts';

/** What connects a speaker to its room; what the room publishes is received from start() on. */
export interface RoomConnection {
  readonly requests: Requests<RoomRequest['body'], RoomReply['body']>;
  start(): void;
  stop(): void;
  /** Reports are for now: one that can't be sent at once is dropped. */
  send(report: Report): void;
}

const snapshotMs = 500;

/** A speaker's link to its room: snapshots on request, reports out. */
export class RoomLink {
  readonly #connection: RoomConnection;
  readonly #speakerId: string;
  readonly #onSnapshot: (snapshot: RoomSnapshot) => void;
  readonly #log: Logger;
  #asking = false;

  constructor(
    connection: RoomConnection,
    speakerId: string,
    onSnapshot: (snapshot: RoomSnapshot) => void,
    log: Logger,
  ) {
    this.#connection = connection;
    this.#speakerId = speakerId;
    this.#onSnapshot = onSnapshot;
    this.#log = log;
  }

  start(): void {
    this.#connection.start();
    void this.askSnapshot();
  }

  stop(): void {
    this.#connection.stop();
  }

  /** Asks for the snapshot once; what calls for it goes on to show at every heartbeat until it has come. */
  async askSnapshot(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const reply = await this.#connection.requests.request(
        { kind: 'getSnapshot', speakerId: this.#speakerId },
        snapshotMs,
      );
      if (reply.kind === 'snapshot') this.#onSnapshot(reply);
      else
        this.#log.warn(`the room gave no snapshot: ${reply.kind === 'failure' ? reply.message : reply.kind}`);
    } catch (error) {
      this.#log.debug(`no snapshot yet: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#asking = false;
    }
  }

  sendReport(report: Report): void {
    this.#connection.send(report);
  }
}
