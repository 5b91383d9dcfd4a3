import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dealer } from 'zeromq';
import { clientOptions } from '../../net/socket-keys.ts';
import type { Random } from '../../random.ts';
import type { Channel } from './channel.ts';
import { mutated, noise, pick } from './mutate.ts';
import type { Party } from './parties.ts';

const HOST = '127.0.0.1';
/** Long enough for an answer on loopback; who says nothing waits for more. */
const ANSWER_MS = 10;
const NOISE = 0.1;

export interface RawChannelOptions {
  readonly name: string;
  readonly share: number;
  readonly port: number;
  /** An input, before it is changed. */
  readonly valid: (random: Random) => Buffer;
  /** The share of inputs that go as they are. */
  readonly unchanged: number;
  /** What goes for words that stand for something of each run's own. */
  readonly words?: Readonly<Record<string, string>>;
  /** Whether a connection that is still open takes the next input, too. */
  readonly goesOn: boolean;
}

/** Bytes straight into a TCP port. */
export class RawChannel implements Channel {
  readonly problems: string[] = [];
  readonly #options: RawChannelOptions;
  #socket: Socket | undefined;

  constructor(options: RawChannelOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get share(): number {
    return this.#options.share;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#socket?.destroy();
  }

  draw(random: Random): Buffer[] {
    if (random() < NOISE) return [noise(random, Math.floor(random() * 400))];
    const one = this.#options.valid(random);
    return [random() < this.#options.unchanged ? one : mutated(one, [], random)];
  }

  async send(frames: Buffer[]): Promise<void> {
    const socket = await this.#connected();
    for (const frame of frames) socket.write(this.#ofThisRun(frame));
    const answered = new AbortController();
    const { signal } = answered;
    const quiet = () => {};
    await Promise.race([
      once(socket, 'data', { signal }).catch(quiet),
      once(socket, 'close', { signal }).catch(quiet),
      sleep(ANSWER_MS),
    ]);
    answered.abort();
    // Reset, or the host would run out of ports.
    if (!this.#options.goesOn) socket.resetAndDestroy();
  }

  #ofThisRun(frame: Buffer): Buffer {
    const words = Object.entries(this.#options.words ?? {});
    const text = words.reduce((all, [word, meant]) => all.replaceAll(word, meant), frame.toString('latin1'));
    return Buffer.from(text, 'latin1');
  }

  async #connected(): Promise<Socket> {
    if (this.#socket && !this.#socket.destroyed && this.#socket.writable) return this.#socket;
    const socket = connect(this.#options.port, HOST);
    socket.on('error', () => {});
    this.#socket = socket;
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
    return socket;
  }
}

/** What a client of ZeroMQ sends at first: greeting, handshake, and a message. Recorded by standing in between. */
export async function recordedOpening(port: number, party: Party): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const between = createServer((client) => {
    const server = connect(port, HOST);
    for (const socket of [client, server]) socket.on('error', () => {});
    client.on('data', (piece: Buffer) => pieces.push(piece));
    client.pipe(server).pipe(client);
    client.once('close', () => server.destroy());
  });
  between.listen(0, HOST);
  await once(between, 'listening');
  const address = between.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  const dealer = new Dealer({ linger: 0, ...clientOptions(party.keys) });
  dealer.connect(`tcp://${HOST}:${address.port}`);
  await dealer.send(['', 'recorded', party.keys.proof]);
  await sleep(300);
  dealer.close();
  between.close();
  return Buffer.concat(pieces);
}

/** The opening in the parts that a server reads: greeting, greeting and first command, all. */
export function openings(recorded: Buffer): (random: Random) => Buffer {
  const GREETING = 64;
  const HELLO = 202;
  return (random) =>
    recorded.subarray(0, pick(random, [GREETING, GREETING + HELLO, GREETING + HELLO, recorded.length]));
}
