import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Publisher, Subscriber } from 'zeromq';
import { RoomEvent } from '../../protos/index.ts';
import { clockPort, mediaPort, roomPorts } from '../coordinator/ports.ts';

const here = '127.0.0.1';
/** Where the coordinator seems to be for those behind the network. */
export const behind = '127.0.0.2';

/**
 * A network between a coordinator on 127.0.0.1 and speakers that take it to be on 127.0.0.2: the same ports there,
 * passed on byte by byte, but for the events of the room main, which pass event by event and can be lost.
 */
export class Network {
  readonly #port: number;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #in: Subscriber | undefined;
  #out: Publisher | undefined;
  #isCut = false;
  #lose: ((event: RoomEvent) => boolean) | undefined;

  /** @param port the coordinator's */
  constructor(port: number) {
    this.#port = port;
  }

  async start(): Promise<void> {
    const { eventsPort, requestsPort, reportsPort } = roomPorts(this.#port, 0);
    const streams = [this.#port, clockPort(this.#port), mediaPort(this.#port), requestsPort, reportsPort];
    for (const port of streams) await this.#pass(port);
    this.#in = new Subscriber();
    this.#in.connect(`tcp://${here}:${eventsPort}`);
    this.#in.subscribe();
    this.#out = new Publisher();
    await this.#out.bind(`tcp://${behind}:${eventsPort}`);
    void this.#passEvents(this.#in, this.#out);
  }

  stop(): void {
    this.cut();
    for (const server of this.#servers) server.close();
    this.#in?.close();
    this.#out?.close();
  }

  /** Nothing gets through any more. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** Loses the next event of which this is true; resolves when that has happened. */
  loseNext(isIt: (event: RoomEvent) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#lose = (event) => {
        if (!isIt(event)) return false;
        this.#lose = undefined;
        resolve();
        return true;
      };
    });
  }

  async #pass(port: number): Promise<void> {
    const server = createServer((near) => this.#join(near, connect(port, here)));
    server.listen(port, behind);
    await once(server, 'listening');
    this.#servers.push(server);
  }

  #join(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    if (this.#isCut) near.destroy();
    else near.pipe(far).pipe(near);
  }

  async #passEvents(from: Subscriber, to: Publisher): Promise<void> {
    for await (const [bytes] of from) {
      if (!bytes || this.#isCut || this.#lose?.(RoomEvent.decode(bytes))) continue;
      await to.send([bytes]);
    }
  }
}
