import { Context, Router } from 'zeromq';
import { SendQueue } from '../net/send-queue.ts';
import type { ServerKeys } from '../net/socket-keys.ts';
import { KEY_BYTES, type KeyPair, type PublicKey, publicKeyOf } from './keys.ts';
import { ProofChecker } from './proof.ts';

const ZAP = 'inproc://zeromq.zap.01';
const VERSION = '1.0';

/** Whether whoever has this key may connect; asked at each connection. */
export type Admission = (key: PublicKey) => boolean;

/**
 * Decides who may connect to sockets: the ZAP handler (ZeroMQ RFC 27) of a ZeroMQ context of its own. Its sockets
 * are told apart by their ZAP domain. Whom it refuses is not told so, but tries again: maybe it belongs there by then.
 */
export class Gatekeeper {
  readonly #own: () => KeyPair;
  readonly #context = new Context();
  readonly #socket = new Router({ context: this.#context, linger: 0 });
  readonly #admissions = new Map<string, Admission>();
  #checker: ProofChecker | undefined;

  /** @param own the keys of all sockets that it is for; asked from start() on */
  constructor(own: () => KeyPair) {
    this.#own = own;
  }

  /** Has to have resolved before a socket is bound that it is for. */
  async start(): Promise<void> {
    this.#checker = new ProofChecker(this.#own());
    await this.#socket.bind(ZAP);
    void this.#serve();
  }

  stop(): void {
    this.#socket.close();
  }

  /** The keys for a socket that admits those that are told. @param domain no other socket's */
  keysFor(domain: string, admits: Admission): ServerKeys {
    this.#admissions.set(domain, admits);
    return {
      own: this.#own,
      context: this.#context,
      domain,
      provenKey: (frame) => this.#checker?.provenKey(frame),
    };
  }

  async #serve(): Promise<void> {
    const replies = new SendQueue(this.#socket);
    for await (const frames of this.#socket) {
      const delimiter = frames.findIndex(({ length }) => length === 0);
      const [version = '', requestId = '', domain, , , mechanism, key] = frames.slice(delimiter + 1);
      const admitted = `${version}` === VERSION && this.#admits(`${domain}`, `${mechanism}`, key);
      const [status, text] = admitted ? ['200', 'OK'] : ['300', 'not known here'];
      await replies
        .send([...frames.slice(0, delimiter + 1), version, requestId, status, text, '', ''])
        .catch(() => {}); // stopped meanwhile
    }
  }

  #admits(domain: string, mechanism: string, key: Buffer | undefined): boolean {
    if (mechanism !== 'CURVE' || key?.length !== KEY_BYTES) return false;
    return this.#admissions.get(domain)?.(publicKeyOf(key)) ?? false;
  }
}
