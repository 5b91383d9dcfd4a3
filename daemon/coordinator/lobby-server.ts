import { LobbyReply, LobbyRequest } from '../../protos/index.ts';
import { RequestCounts } from '../metrics/request-counts.ts';
import { Responder } from '../net/responder.ts';
import type { ServerKeys } from '../net/socket-keys.ts';
import { nodeTimers } from '../timers.ts';
import type { LiveLobby } from './live-lobby.ts';
import { type DeskSurroundings, LobbyDesk, type LobbyInfo } from './lobby-desk.ts';
import { portsInUse } from './port-check.ts';
import { type Asked, answerOf, requestHandler } from './requests.ts';

export interface LobbyOptions extends LobbyInfo {
  /** IPv4 address to listen on. */
  readonly listen: string;
}

/** What the lobby's desk is handed; the rest it has of the system. */
export type ServerSurroundings = Omit<DeskSurroundings, 'portsInUse' | 'timers' | 'wallMs'>;

/** The lobby's desk at its socket. */
export class LobbyServer {
  /** What it was asked, and with which outcomes. */
  readonly counts = new RequestCounts();
  readonly #options: LobbyOptions;
  readonly #desk: LobbyDesk;
  readonly #responder: Responder;

  /** @param keys of the socket; undefined: there are none */
  constructor(options: LobbyOptions, lobby: LiveLobby, around: ServerSurroundings, keys?: ServerKeys) {
    const { logger } = around;
    this.#options = options;
    this.#desk = new LobbyDesk(options, lobby, {
      ...around,
      wallMs: Date.now,
      timers: nodeTimers,
      portsInUse: (ports) => portsInUse(options.listen, ports),
    });
    const answer = async (request: LobbyRequest['body'], asked: Asked) => {
      const reply = await answerOf(() => this.#desk.answer(request, asked), logger);
      this.counts.note(request, reply);
      return reply;
    };
    this.#responder = new Responder(requestHandler(LobbyRequest, LobbyReply, answer, logger), keys);
  }

  /** The lobby has been started. @throws when the port is taken; {StorageError} when the disk can't be read */
  async start(): Promise<void> {
    this.#desk.start();
    await this.#responder.start(`tcp://${this.#options.listen}:${this.#options.port}`);
  }

  stop(): void {
    this.#responder.stop();
    this.#desk.stop();
  }
}
