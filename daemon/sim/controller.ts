import { attemptMs, BUSY_RETRY_FOR_MS, retryDelayMs, withAge } from '../../controller/retry.ts';
import { type LobbyReply, LobbyRequest, type RoomCommand } from '../../protos/index.ts';
import { messageOf } from '../errno.ts';
import { NoReplyError } from '../net/request.ts';
import { LOBBY_PORT } from './coordinator.ts';
import { type Host, Process } from './host.ts';
import type { HomeLog } from './log.ts';
import type { Network } from './network.ts';
import { SimulatedRequests } from './requests.ts';

type Reply = LobbyReply['body'];

const ANSWER_MS = 5000;

/** A person with jamctl, which asks again for a reply that may have been lost, and while a room is busy. */
export class SimulatedController {
  readonly #network: Network;
  readonly #process: Process;
  readonly #requests: SimulatedRequests<LobbyRequest['body'], Reply>;
  readonly #log: HomeLog;
  /** Commands that were accepted, refused, and not answered. */
  readonly counts = { done: 0, refused: 0, unanswered: 0 };

  constructor(host: Host, network: Network, coordinator: Host, log: HomeLog) {
    this.#network = network;
    this.#process = new Process(host);
    this.#requests = new SimulatedRequests(network, this.#process, coordinator, LOBBY_PORT, LobbyRequest);
    this.#log = log;
  }

  start(): void {
    this.#requests.start();
  }

  /** Gives a command to a room; resolves to whether it was accepted. */
  command(room: string, body: RoomCommand['body']): Promise<boolean> {
    const fromMs = this.#nowMs();
    return this.#ask(`${body.kind} in ${room}`, () => {
      const command = { body: withAge(body, this.#nowMs() - fromMs) };
      return { kind: 'callRoom', room, command };
    });
  }

  /** Asks the lobby for something; resolves to whether it is done. @param what it is, for the log */
  ask(body: LobbyRequest['body'], what: string): Promise<boolean> {
    return this.#ask(what, () => body);
  }

  async #ask(what: string, body: () => LobbyRequest['body']): Promise<boolean> {
    try {
      const reply = await this.#whileBusy(body);
      const failure = reply.kind === 'room' ? reply.body : reply;
      if (failure.kind === 'failure') {
        this.counts.refused++;
        this.#log.add('jamctl', `${what}: ${failure.code} ${failure.message}`);
        return false;
      }
      this.counts.done++;
      this.#log.add('jamctl', `${what}: done`);
      return true;
    } catch (error) {
      this.counts.unanswered++;
      this.#log.add('jamctl', `${what}: ${messageOf(error)}`);
      return false;
    }
  }

  async #whileBusy(body: () => LobbyRequest['body']): Promise<Reply> {
    const requestId = this.#network.newId();
    let busyFromMs: number | undefined;
    for (;;) {
      const reply = await this.#untilReplied(body, requestId);
      const failure = reply.kind === 'room' ? reply.body : reply;
      if (failure.kind !== 'failure') return reply;
      busyFromMs ??= this.#nowMs();
      const leftMs = BUSY_RETRY_FOR_MS - (this.#nowMs() - busyFromMs);
      const delayMs = retryDelayMs({ code: failure.code, retryAfterMs: failure.retryAfterMs }, leftMs);
      if (delayMs === undefined) return reply;
      await new Promise<void>((resolve) => this.#process.timers.after(delayMs, resolve));
    }
  }

  /** With the same id: what was done before isn't done again. @throws {NoReplyError} */
  async #untilReplied(body: () => LobbyRequest['body'], requestId: string): Promise<Reply> {
    const untilMs = this.#nowMs() + ANSWER_MS;
    for (;;) {
      const leftMs = Math.max(1, untilMs - this.#nowMs());
      const withinMs = attemptMs(leftMs);
      try {
        return await this.#requests.request(body(), withinMs, { requestId, by: 'somebody' });
      } catch (error) {
        if (!(error instanceof NoReplyError) || withinMs >= leftMs) throw error;
      }
    }
  }

  #nowMs(): number {
    return this.#process.host.clock() / 1000;
  }
}
