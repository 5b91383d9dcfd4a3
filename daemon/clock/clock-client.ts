import { setTimeout as delay } from 'node:timers/promises';
import { Request } from 'zeromq';
import { ClockReply, ClockRequest, PROTOCOL, WireError } from '../../protos/index.ts';
import { errnoOf, messageOf } from '../errno.ts';
import { type LocalClock, type LocalUs, roomUs } from '../units.ts';
import { type DriftPrior, UNKNOWN_DRIFT } from './clock-filter.ts';
import { ClockSync, type ClockUpdate } from './clock-sync.ts';
import type { DriftStore } from './drift-store.ts';
import type { ClockSample } from './sample.ts';

/** What a clock client works with and tells. */
export interface ClockClientOptions {
  /** The clock responder's, such as tcp://192.168.1.2:7401. */
  readonly address: string;
  readonly clock: LocalClock;
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
const PRIOR_SIGMA_PPM = 2;
const SAVE_SIGMA_PPM = 0.5;
const SAVE_EVERY_US = 60e6;

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

/** Exchanges clock samples with a responder, for as long as it runs, and tells what they say. */
export class ClockClient {
  readonly #options: ClockClientOptions;
  readonly #stopping = new AbortController();
  #socket: Request | undefined;
  #running: Promise<void> | undefined;
  #savedUs: LocalUs;
  #problem = '';

  constructor(options: ClockClientOptions) {
    this.#options = options;
    this.#savedUs = options.clock();
  }

  start(): void {
    this.#socket = new Request(SOCKET);
    this.#socket.connect(this.#options.address);
    this.#running = this.#run(this.#socket);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#socket?.close();
    await this.#running;
  }

  async #run(socket: Request): Promise<void> {
    const { clock, onUpdate } = this.#options;
    const sync = new ClockSync(await this.#prior());
    while (!this.#stopping.signal.aborted) {
      const samples = await this.#burst(socket, sync.plan.samples);
      if (this.#stopping.signal.aborted) break;
      onUpdate(sync.addBurst(samples, clock()));
      if (clock() - this.#savedUs >= SAVE_EVERY_US) await this.#saveDrift(sync);
      await this.#waitUntil(sync.plan.atLocalUs);
    }
    await this.#saveDrift(sync);
  }

  /** Ends early when a reply doesn't come. */
  async #burst(socket: Request, size: number): Promise<ClockSample[]> {
    const samples: ClockSample[] = [];
    try {
      for (let sent = 0; sent < size; sent++) {
        const sample = await this.#exchange(socket);
        if (sample) samples.push(sample);
      }
      if (samples.length > 0) this.#problem = '';
    } catch (error) {
      if (!socket.closed && errnoOf(error) !== 'EAGAIN') this.#tell(this.#reason(error));
    }
    return samples;
  }

  /** @throws EAGAIN when nobody answers, WireError when the answer can't be understood */
  async #exchange(socket: Request): Promise<ClockSample | undefined> {
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

  async #waitUntil(atUs: LocalUs): Promise<void> {
    const waitMs = Math.max(0, (atUs - this.#options.clock()) / 1000);
    await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  async #prior(): Promise<DriftPrior> {
    const driftPpm = await this.#options.drifts?.load(this.#options.address);
    return driftPpm === undefined ? UNKNOWN_DRIFT : { driftPpm, sigmaPpm: PRIOR_SIGMA_PPM };
  }

  async #saveDrift(sync: ClockSync): Promise<void> {
    this.#savedUs = this.#options.clock();
    const driftPpm = sync.driftPpm(SAVE_SIGMA_PPM);
    if (driftPpm === undefined) return;
    try {
      await this.#options.drifts?.save(this.#options.address, driftPpm);
    } catch (error) {
      this.#tell(`the clock's drift could not be kept for the next start: ${messageOf(error)}`);
    }
  }

  #reason(error: unknown): string {
    return `the clock at ${this.#options.address} can't be used: ${messageOf(error)}`;
  }

  #tell(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.onProblem(problem);
  }
}
