import { randomUUID } from 'node:crypto';
import { RoomReply, RoomRequest } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import { Responder } from '../../net/responder.ts';
import { nodeTimers } from '../../timers.ts';
import type { LocalClock } from '../../units.ts';
import type { RoomPorts } from '../ports.ts';
import { requestHandler } from '../requests.ts';
import { LiveRoom } from './live-room.ts';
import { Publisher } from './publisher.ts';
import { ReportReceiver } from './report-receiver.ts';
import { RoomStore } from './room-store.ts';

export interface RoomOptions {
  readonly roomId: string;
  readonly name: string;
  /** IPv4 address to listen on. */
  readonly listen: string;
  readonly ports: RoomPorts;
  /** The room's SQLite file. */
  readonly database: string;
}

/** One room at its sockets, its disk and its clock. */
export class RoomProcess {
  readonly #options: RoomOptions;
  readonly #store: RoomStore;
  readonly #publisher: Publisher;
  readonly #room: LiveRoom;
  readonly #responder: Responder;
  readonly #receiver: ReportReceiver;

  /** @param clock this host's monotonic clock, which is the room clock; clockId is its identity */
  constructor(options: RoomOptions, clock: LocalClock, clockId: string, logger: Logger) {
    const { roomId, name, database } = options;
    this.#options = options;
    this.#store = new RoomStore(database);
    this.#publisher = new Publisher(logger);
    this.#room = new LiveRoom(
      { roomId, name, clockId, runId: randomUUID() },
      {
        clock,
        wallMs: Date.now,
        timers: nodeTimers,
        records: this.#store,
        send: (event) => this.#publisher.send(event),
      },
      logger,
    );
    this.#responder = new Responder(
      requestHandler(RoomRequest, RoomReply, (request, asked) => this.#room.answer(request, asked), logger),
    );
    this.#receiver = new ReportReceiver((report) => this.#room.note(report), logger);
  }

  /** @throws {StorageError} when the saved room can't be read; an Error when a port is taken */
  async start(): Promise<void> {
    const { listen, ports } = this.#options;
    this.#store.start();
    await this.#publisher.start(`tcp://${listen}:${ports.eventsPort}`);
    this.#room.start();
    await this.#receiver.start(`tcp://${listen}:${ports.reportsPort}`);
    await this.#responder.start(`tcp://${listen}:${ports.requestsPort}`);
  }

  stop(): void {
    this.#responder.stop();
    this.#receiver.stop();
    this.#publisher.stop();
    this.#room.stop();
    this.#store.stop();
  }
}
