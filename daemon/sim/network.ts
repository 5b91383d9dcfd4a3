import type { Random } from '../random.ts';
import { Connection } from './connection.ts';
import type { Host, Process } from './host.ts';
import { LOOPBACK, Path, type PathModel } from './path.ts';
import type { Wire } from './wire.ts';

/** One peer of a server. */
export interface Peer {
  send(message: unknown): void;
}

/** What a program does with those who connect to one of its ports. */
export interface Server {
  onMessage(message: unknown, peer: Peer): void;
  onOpen?(peer: Peer): void;
  onClose?(peer: Peer): void;
}

/** Like the options of the ZeroMQ sockets that the daemons use. */
export interface ClientOptions {
  /** Messages kept while there is no connection; beyond, they are dropped. */
  readonly kept: number;
  /** The connection is given up when something takes longer, µs; undefined: only when TCP itself does. */
  readonly patienceUs: number | undefined;
}

const RECONNECT_US = 100e3;
const FIRST_SYN_RETRY_US = 1e6;

/** The ways between hosts, the ports on which programs listen, and the connections. */
export class Network {
  readonly #random: Random;
  readonly #model: PathModel;
  readonly #paths = new Map<string, Path>();
  readonly #servers = new Map<string, { process: Process; server: Server }>();
  readonly wire: Wire;
  #ids = 0;

  /** @param model of a way between two hosts, unless it is given another one */
  constructor(model: PathModel, random: Random, wire: Wire) {
    this.#model = model;
    this.#random = random;
    this.wire = wire;
  }

  /** For a request: no other one has it, of whichever run of a program. */
  newId(): string {
    return `request-${++this.#ids}`;
  }

  /** The way from one host to another. */
  path(from: Host, to: Host): Path {
    const key = `${from.name}>${to.name}`;
    let path = this.#paths.get(key);
    if (!path) {
      path = new Path(from === to ? LOOPBACK : this.#model, this.#random);
      this.#paths.set(key, path);
    }
    return path;
  }

  /** @throws when the port is taken */
  listen(process: Process, port: number, server: Server): void {
    const address = addressOf(process.host, port);
    if (this.#servers.has(address)) throw new Error(`${address} is taken`);
    this.#servers.set(address, { process, server });
    process.onDeath(() => this.#servers.delete(address));
  }

  isListening(host: Host, port: number): boolean {
    return this.#servers.has(addressOf(host, port));
  }

  server(host: Host, port: number) {
    return this.#servers.get(addressOf(host, port));
  }
}

function addressOf(host: Host, port: number): string {
  return `${host.name}:${port}`;
}

/** A client's socket: connects, and connects again whenever the connection is lost. */
export class Client {
  readonly #network: Network;
  readonly #process: Process;
  readonly #host: Host;
  readonly #port: number;
  readonly #options: ClientOptions;
  readonly #receive: (message: unknown) => void;
  readonly #waiting: unknown[] = [];
  readonly #onOpen: (() => void)[] = [];
  #connection: Connection | undefined;
  #stopped = false;

  constructor(
    network: Network,
    process: Process,
    host: Host,
    port: number,
    options: ClientOptions,
    receive: (message: unknown) => void,
  ) {
    this.#network = network;
    this.#process = process;
    this.#host = host;
    this.#port = port;
    this.#options = options;
    this.#receive = receive;
  }

  /** Resolves when there is a connection. */
  async connected(): Promise<void> {
    if (!this.#connection?.isOpen) await new Promise<void>((resolve) => this.#onOpen.push(resolve));
  }

  /** Messages that are kept, and on their way. */
  get underWay(): number {
    return this.#waiting.length + (this.#connection?.underWay ?? 0);
  }

  start(): void {
    this.#connect(FIRST_SYN_RETRY_US);
  }

  stop(): void {
    this.#stopped = true;
    this.#connection?.close(0);
    this.#connection = undefined;
  }

  send(message: unknown): void {
    if (this.#connection?.isOpen) this.#connection.send(0, message);
    else if (this.#waiting.length < this.#options.kept) this.#waiting.push(message);
  }

  // One packet to the server and one back; the kernel sends the first again after 1 s, 2 s, 4 s …
  #connect(retryUs: number): void {
    if (this.#stopped || !this.#process.isAlive) return;
    const { schedule } = this.#process.host;
    const there = this.#network.path(this.#process.host, this.#host);
    const back = this.#network.path(this.#host, this.#process.host);
    const arrivalUs = this.#host.isAsleep ? undefined : there.arrivalUs(schedule.nowUs);
    const again = () => this.#later(retryUs, this.#options.patienceUs ? retryUs : 2 * retryUs);
    if (arrivalUs === undefined) {
      again();
      return;
    }
    schedule.at(arrivalUs, () => {
      const answerUs = back.arrivalUs(schedule.nowUs);
      if (answerUs === undefined) {
        again();
        return;
      }
      const isListening = this.#network.isListening(this.#host, this.#port);
      schedule.at(answerUs, () =>
        this.#process.host.whenAwake(() => {
          if (isListening) this.#open();
          else this.#later(RECONNECT_US, FIRST_SYN_RETRY_US);
        }),
      );
    });
  }

  #later(us: number, nextRetryUs: number): void {
    this.#process.host.schedule.after(us, () =>
      this.#process.host.whenAwake(() => this.#connect(nextRetryUs)),
    );
  }

  #open(): void {
    if (this.#stopped || !this.#process.isAlive) return;
    const listening = this.#network.server(this.#host, this.#port);
    if (!listening) {
      this.#later(RECONNECT_US, FIRST_SYN_RETRY_US);
      return;
    }
    const { process, server } = listening;
    const peer: Peer = { send: (message) => connection.send(1, message) };
    const connection = new Connection(
      [
        {
          process: this.#process,
          path: this.#network.path(this.#process.host, this.#host),
          onMessage: (message) => this.#take(message),
          onClose: () => this.#lost(),
        },
        {
          process,
          path: this.#network.path(this.#host, this.#process.host),
          onMessage: (message) =>
            message === HELLO ? server.onOpen?.(peer) : server.onMessage(message, peer),
          onClose: () => server.onClose?.(peer),
        },
      ],
      this.#options.patienceUs,
    );
    this.#connection = connection;
    // Only once this has arrived the server knows of the peer, as with a subscription.
    connection.send(0, HELLO);
    for (const message of this.#waiting.splice(0)) connection.send(0, message);
    for (const resolve of this.#onOpen.splice(0)) resolve();
  }

  #take(message: unknown): void {
    if (!this.#stopped) this.#receive(message);
  }

  #lost(): void {
    this.#connection = undefined;
    this.#later(RECONNECT_US, FIRST_SYN_RETRY_US);
  }
}

const HELLO = Symbol('the first message of a connection');
