import { Request } from 'zeromq';
import { ClockReply, ClockRequest, PROTOCOL, WireError } from '../../protos/index.ts';
import { errnoOf } from '../errno.ts';
import { NoReplyError } from '../net/request.ts';
import { type ClientKeys, clientOptions } from '../net/socket-keys.ts';
import { nodeTimers } from '../timers.ts';
import { type LocalClock, roomUs } from '../units.ts';
import { ClockKeeper } from './clock-keeper.ts';
import type { ClockUpdate } from './clock-sync.ts';
import type { DriftStore } from './drift-store.ts';
import type { ClockSample } from './sample.ts';

/** What a clock client works with and tells. */
export interface ClockClientOptions {
  /** The clock responder's, such as tcp://192.168.1.2:7401. */
  readonly address: string;
  readonly clock: LocalClock;
  /** Undefined: the responder has none. */
  readonly keys?: ClientKeys | undefined;
  /** Where the drift against this address is kept from run to run. */
  readonly drifts?: DriftStore;
  /** After each burst, also one that nobody answered. */
  onUpdate(update: ClockUpdate): void;
  /** A sentence for people, once for each new problem. Silence is none: the report's state tells it. */
  onProblem(message: string): void;
}

const REPLY_TIMEOUT_MS = 500;
// A send that took longer has waited for a connection: its t1 is not when the request left.
const SEND_LIMIT_US = 2000;
const MAX_REPLY_BYTES = 1024;
// REQ that forgets an unanswered request; connections that are given up when a peer has gone silently.
const SOCKET = {
  relaxed: true,
  correlate: true,
  immediate: true,
  linger: 0,
  sendTimeout: REPLY_TIMEOUT_MS,
  receiveTimeout: REPLY_TIMEOUT_MS,
  maxMessageSize: MAX_REPLY_BYTES,
  connectTimeout: 1000,
  reconnectInterval: 100,
  reconnectMaxInterval: 500,
  heartbeatInterval: 500,
  heartbeatTimeout: 1500,
  heartbeatTimeToLive: 10_000,
};

/** A clock keeper at its socket. */
export class ClockClient {
  readonly #options: ClockClientOptions;
  readonly #keeper: ClockKeeper;
  #socket: Request | undefined;

  constructor(options: ClockClientOptions) {
    this.#options = options;
    this.#keeper = new ClockKeeper({
      ...options,
      peer: options.address,
      timers: nodeTimers,
      exchange: () => this.#exchange(),
    });
  }

  start(): void {
    this.#socket = new Request({ ...SOCKET, ...clientOptions(this.#options.keys) });
    this.#socket.connect(this.#options.address);
    this.#keeper.start();
  }

  async stop(): Promise<void> {
    this.#socket?.close();
    await this.#keeper.stop();
  }

  async #exchange(): Promise<ClockSample | undefined> {
    if (!this.#socket) throw new Error('the clock client was not started');
    try {
      return await this.#sample(this.#socket);
    } catch (error) {
      if (errnoOf(error) === 'EAGAIN') throw new NoReplyError(`no reply from ${this.#options.address}`);
      throw error;
    }
  }

  /** @throws EAGAIN when nobody answers, WireError when the answer can't be understood */
  async #sample(socket: Request): Promise<ClockSample | undefined> {
    const { clock } = this.#options;
    const askedUs = clock();
    const request = ClockRequest.encode({ protocol: PROTOCOL, t1Us: askedUs });
    // Encoding takes time: the reply is known by the time above, the sample begins here.
    const t1Us = clock();
    await socket.send(request);
    const sentUs = clock();
    const frames = await socket.receive();
    const t4Us = clock();
    const reply = ClockReply.decode(frames[0] ?? new Uint8Array());
    if (reply.protocol !== PROTOCOL)
      throw new WireError(
        `protocol ${reply.protocol} is spoken there, ${PROTOCOL} here: update the older one`,
      );
    if (frames.length !== 1 || reply.t1Us !== askedUs || reply.clockId === '')
      throw new WireError('the reply is not one to what was asked');
    if (sentUs - t1Us > SEND_LIMIT_US) return undefined;
    return { t1Us, t2Us: roomUs(reply.t2Us), t3Us: roomUs(reply.t3Us), t4Us, clockId: reply.clockId };
  }
}
