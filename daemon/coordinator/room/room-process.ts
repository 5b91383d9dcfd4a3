import { randomUUID } from 'node:crypto';
import { RoomReply, RoomRequest } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import { RequestLimit, type RequestRate } from '../../net/request-limit.ts';
import { Responder } from '../../net/responder.ts';
import { Gatekeeper } from '../../security/gatekeeper.ts';
import type { KeyPair, PublicKey } from '../../security/keys.ts';
import { nodeTimers } from '../../timers.ts';
import type { LocalClock } from '../../units.ts';
import type { RoomPorts } from '../ports.ts';
import { type Asked, requestHandler } from '../requests.ts';
import { Admission } from './admission.ts';
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
  /** Undefined: there are none, and anybody may do anything. */
  readonly keys: RoomKeys | undefined;
}

/** Whose keys a room knows. */
export interface RoomKeys {
  readonly own: KeyPair;
  readonly lobby: PublicKey;
  /** Its members' speaker ids, by their keys, until the lobby tells. */
  readonly members: ReadonlyMap<PublicKey, string>;
}

/** A member asks for the snapshot now and then. */
const RATE: RequestRate = { perSecond: 50, burst: 50, atOnce: 8 };

/** A speaker that leaves hears that it does; after that it hears no more of this room. */
const FAREWELL_MS = 200;

/** One room at its sockets, its disk and its clock. */
export class RoomProcess {
  readonly #options: RoomOptions;
  readonly #store: RoomStore;
  readonly #publisher: Publisher;
  readonly #room: LiveRoom;
  readonly #responder: Responder;
  readonly #receiver: ReportReceiver;
  readonly #gatekeeper: Gatekeeper | undefined;
  readonly #admission: Admission | undefined;

  /** @param clock this host's monotonic clock, which is the room clock; clockId is its identity */
  constructor(options: RoomOptions, clock: LocalClock, clockId: string, logger: Logger) {
    const { roomId, name, database, keys } = options;
    const admission = keys && new Admission(keys.lobby, keys.members);
    const gatekeeper = keys && new Gatekeeper(() => keys.own);
    const isMember = (key: PublicKey) => admission?.isMember(key) ?? true;
    const isKnown = (key: PublicKey) => admission?.isKnown(key) ?? true;
    this.#options = options;
    this.#admission = admission;
    this.#gatekeeper = gatekeeper;
    this.#store = new RoomStore(database);
    this.#publisher = new Publisher(logger, gatekeeper?.keysFor('events', isMember));
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
    // The lobby has limits of its own for those on whose behalf it asks.
    const askerOf = (key: PublicKey | undefined, connection: string) =>
      key === keys?.lobby ? undefined : `a member at connection ${connection}`;
    this.#responder = new Responder(
      requestHandler(RoomRequest, RoomReply, (request, asked) => this.#answer(request, asked), logger, {
        limit: new RequestLimit(RATE),
        clock,
        askerOf,
      }),
      gatekeeper?.keysFor('requests', isKnown),
    );
    this.#receiver = new ReportReceiver(
      (report, peerKey) => {
        if (admission?.isOf(report.speakerId, peerKey) ?? true) this.#room.note(report);
      },
      logger,
      gatekeeper?.keysFor('reports', isMember),
    );
  }

  /** @throws {StorageError} when the saved room can't be read; an Error when a port is taken */
  async start(): Promise<void> {
    const { listen, ports } = this.#options;
    this.#store.start();
    await this.#gatekeeper?.start();
    await this.#publisher.start(`tcp://${listen}:${ports.eventsPort}`);
    this.#room.start();
    await this.#receiver.start(`tcp://${listen}:${ports.reportsPort}`);
    await this.#responder.start(`tcp://${listen}:${ports.requestsPort}`);
  }

  stop(): void {
    this.#responder.stop();
    this.#receiver.stop();
    this.#publisher.stop();
    this.#gatekeeper?.stop();
    this.#room.stop();
    this.#store.stop();
  }

  #answer(request: RoomRequest['body'], asked: Asked) {
    this.#admission?.permit(request, asked.peerKey);
    const hasLeft = request.kind === 'setMembers' && this.#admission?.setMembers(request.keys);
    const reply = this.#room.answer(request, asked);
    if (hasLeft) nodeTimers.after(FAREWELL_MS, () => this.#publisher.reconnect());
    return reply;
  }
}
