import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Attack } from './attack.ts';

/** What each of a crowd says. */
export interface CrowdOptions {
  readonly name: string;
  readonly ports: readonly number[];
  readonly connectionsPerPort: number;
  /** Sent at once. */
  readonly opening: string | Buffer;
  /** Sent byte by byte from then on, over and over; empty: nothing. */
  readonly trickle: string;
}

const HOST = '127.0.0.1';
const TRICKLE_EVERY_MS = 200;
const AT_ONCE = 200;

/** Many connections to some ports, which say little or nothing. One that is closed is made anew. */
export class Crowd implements Attack {
  readonly #options: CrowdOptions;
  readonly #sockets = new Set<Socket>();
  #closedByPeer = 0;
  #most = 0;
  #turn = 0;
  #trickling: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  async start(): Promise<void> {
    const { ports, connectionsPerPort } = this.#options;
    const places = ports.flatMap((port) => Array.from({ length: connectionsPerPort }, () => port));
    for (let i = 0; i < places.length; i += AT_ONCE)
      await Promise.all(places.slice(i, i + AT_ONCE).map((port) => this.#open(port)));
    this.#trickling = setInterval(() => this.#trickle(), TRICKLE_EVERY_MS);
  }

  async stop(): Promise<string> {
    this.#ended = true;
    clearInterval(this.#trickling);
    for (const socket of this.#sockets) socket.resetAndDestroy();
    const { ports, connectionsPerPort } = this.#options;
    return (
      `${ports.length * connectionsPerPort} connections, ${this.#most} open at once, ` +
      `${this.#closedByPeer} closed by the coordinator`
    );
  }

  async #open(port: number): Promise<void> {
    const socket = connect(port, HOST);
    socket.on('error', () => {});
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#ended) return;
      this.#closedByPeer += 1;
      setTimeout(() => void (this.#ended || this.#open(port)), TRICKLE_EVERY_MS);
    });
    socket.resume();
    const settled = new AbortController();
    const { signal } = settled;
    await Promise.race(['connect', 'close'].map((event) => once(socket, event, { signal }))).catch(() => {});
    settled.abort();
    this.#most = Math.max(this.#most, this.#sockets.size);
    if (socket.writable && this.#options.opening.length > 0) socket.write(this.#options.opening);
  }

  #trickle(): void {
    const { trickle } = this.#options;
    this.#turn += 1;
    const byte = trickle[this.#turn % trickle.length];
    if (byte === undefined) return;
    for (const socket of this.#sockets) if (socket.writable) socket.write(byte);
  }
}
