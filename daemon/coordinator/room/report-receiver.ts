import { setTimeout as pause } from 'node:timers/promises';
import { Pull } from 'zeromq';
import { MAX_MESSAGE_BYTES, PROTOCOL, Report } from '../../../protos/index.ts';
import { messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import { type ServerKeys, serverOptions } from '../../net/socket-keys.ts';
import type { PublicKey } from '../../security/keys.ts';

// A flood from one peer costs no more than this: ZeroMQ takes from the peers in turn, and holds back the rest.
const REPORTS_AT_ONCE = 100;
const REST_MS = 50;
const COMPLAIN_EVERY = 10_000;

/** Receives the reports that speakers push. What isn't one is dropped, and said in the log. */
export class ReportReceiver {
  readonly #socket: Pull;
  readonly #keys: ServerKeys | undefined;
  readonly #receive: (report: Report, peerKey: PublicKey | undefined) => void;
  readonly #logger: Logger;
  #dropped = 0;

  /**
   * @param receive is told a report and whose key it has proven
   * @param keys only whom they admit may connect; without, anybody
   */
  constructor(
    receive: (report: Report, peerKey: PublicKey | undefined) => void,
    logger: Logger,
    keys?: ServerKeys,
  ) {
    this.#socket = new Pull({ linger: 0, maxMessageSize: MAX_MESSAGE_BYTES, ...serverOptions(keys) });
    this.#keys = keys;
    this.#receive = receive;
    this.#logger = logger;
  }

  /** @throws when the address is taken or isn't one of this host's */
  async start(address: string): Promise<void> {
    await this.#socket.bind(address);
    void this.#serve();
  }

  stop(): void {
    this.#socket.close();
  }

  async #serve(): Promise<void> {
    let received = 0;
    for await (const [bytes, proof, ...rest] of this.#socket) {
      if (bytes && rest.length === 0) this.#read(bytes, this.#keys?.provenKey(proof));
      received += 1;
      if (received % REPORTS_AT_ONCE === 0) await pause(REST_MS);
    }
  }

  #read(bytes: Uint8Array, peerKey: PublicKey | undefined): void {
    try {
      const report = Report.decode(bytes);
      if (report.protocol === PROTOCOL) this.#receive(report, peerKey);
      else this.#drop(`${report.name} speaks protocol version ${report.protocol}, this room ${PROTOCOL}`);
    } catch (error) {
      this.#drop(messageOf(error));
    }
  }

  #drop(reason: string): void {
    if (this.#dropped % COMPLAIN_EVERY === 0)
      this.#logger.warn(`dropped a report: ${reason} (${this.#dropped} dropped before)`);
    this.#dropped += 1;
  }
}
