import { Dealer, Push, XSubscriber } from 'zeromq';
import { CONNECTION } from '../../net/connection.ts';
import { clientOptions } from '../../net/socket-keys.ts';
import type { Random } from '../../random.ts';
import type { Channel } from './channel.ts';
import { below, mutated, noise, pick } from './mutate.ts';
import type { Party } from './parties.ts';

/** How a message is put into frames: as a request, a report, or a subscription. */
export type Wrapping = 'request' | 'report' | 'subscription';

export interface MessageChannelOptions {
  readonly name: string;
  readonly share: number;
  readonly port: number;
  readonly party: Party;
  readonly wrapping: Wrapping;
  /** What inputs are made of. */
  readonly valid: readonly Uint8Array[];
  /** What is wrong with a reply; undefined: nothing. */
  readonly problemOf?: (reply: Uint8Array) => string | undefined;
}

const SEND_TIMEOUT_MS = 3000;
const MOST_PROBLEMS = 5;
/** Shares of all inputs. */
const UNCHANGED = 0.2;
const NOISE = 0.1;
const OTHER_ENVELOPE = 0.05;

/** Messages over ZeroMQ, with a party's keys. */
export class MessageChannel implements Channel {
  readonly problems: string[] = [];
  readonly #options: MessageChannelOptions;
  readonly #socket: Dealer | Push | XSubscriber;
  /** What has come back. */
  replies = 0;

  constructor(options: MessageChannelOptions) {
    this.#options = options;
    const common = { ...CONNECTION, ...clientOptions(options.party.keys), sendTimeout: SEND_TIMEOUT_MS };
    if (options.wrapping === 'request') this.#socket = new Dealer(common);
    else if (options.wrapping === 'report') this.#socket = new Push(common);
    else this.#socket = new XSubscriber(common);
  }

  get name(): string {
    return this.#options.name;
  }

  get share(): number {
    return this.#options.share;
  }

  async start(): Promise<void> {
    this.#socket.connect(`tcp://127.0.0.1:${this.#options.port}`);
    if (!(this.#socket instanceof Push)) void this.#receive(this.#socket);
  }

  async stop(): Promise<void> {
    this.#socket.close();
  }

  draw(random: Random): Buffer[] {
    const message = this.#message(random);
    if (random() < OTHER_ENVELOPE)
      return Array.from({ length: below(random, 5) }, () => noise(random, below(random, 80))).concat(message);
    const { wrapping, party } = this.#options;
    const proof = random() < OTHER_ENVELOPE ? noise(random, 64) : Buffer.from(party.keys.proof);
    if (wrapping === 'request') return [Buffer.alloc(0), message, proof];
    if (wrapping === 'report') return [message, proof];
    return [Buffer.concat([Buffer.of(below(random, 3)), message])];
  }

  async send(frames: Buffer[]): Promise<void> {
    await this.#socket.send(frames).catch((error: unknown) => {
      // Nobody takes it: whoever has sent what is too long is cut off for a while.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    });
  }

  #message(random: Random): Buffer {
    const { valid } = this.#options;
    const chance = random();
    if (chance < NOISE) return noise(random, below(random, 300));
    const one = pick(random, valid);
    return chance < NOISE + UNCHANGED ? Buffer.from(one) : mutated(one, [pick(random, valid)], random);
  }

  async #receive(socket: Dealer | XSubscriber): Promise<void> {
    for await (const frames of socket) {
      this.replies += 1;
      const reply = frames.at(-1);
      const problem = reply && this.#options.problemOf?.(reply);
      if (problem && this.problems.length < MOST_PROBLEMS) this.problems.push(`${this.name}: ${problem}`);
    }
  }
}
