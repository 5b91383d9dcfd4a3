import type { LobbyReply, LobbyRequest, RoomCommand } from '../../protos/index.ts';
import { messageOf } from '../errno.ts';
import { LOBBY_PORT } from './coordinator.ts';
import { type Host, Process } from './host.ts';
import type { HomeLog } from './log.ts';
import type { Network } from './network.ts';
import { SimulatedRequests } from './requests.ts';

const ANSWER_MS = 5000;

/** A person with jamctl. */
export class SimulatedController {
  readonly #requests: SimulatedRequests<LobbyRequest['body'], LobbyReply['body']>;
  readonly #log: HomeLog;
  /** Commands that were accepted, refused, and not answered. */
  readonly counts = { done: 0, refused: 0, unanswered: 0 };

  constructor(host: Host, network: Network, coordinator: Host, log: HomeLog) {
    this.#requests = new SimulatedRequests(network, new Process(host), coordinator, LOBBY_PORT);
    this.#log = log;
  }

  start(): void {
    this.#requests.start();
  }

  /** Gives a command to a room; resolves to whether it was accepted. */
  async command(room: string, body: RoomCommand['body']): Promise<boolean> {
    return this.ask({ kind: 'callRoom', room, command: { body } }, `${body.kind} in ${room}`);
  }

  /** Asks the lobby for something; resolves to whether it is done. @param what it is, for the log */
  async ask(body: LobbyRequest['body'], what: string): Promise<boolean> {
    try {
      const reply = await this.#requests.request(body, ANSWER_MS);
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
}
