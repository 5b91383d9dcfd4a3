import { LobbyReply, LobbyRequest } from '../../protos/index.ts';
import type { Logger } from '../logger.ts';
import { RequestCounts } from '../metrics/request-counts.ts';
import { Responder } from '../net/responder.ts';
import type { LocalClock } from '../units.ts';
import type { LiveLobby } from './live-lobby.ts';
import { LobbyDesk, type LobbyInfo, type Tracks } from './lobby-desk.ts';
import { portsInUse } from './port-check.ts';
import { answerOf, requestHandler } from './requests.ts';

export interface LobbyOptions extends LobbyInfo {
  /** IPv4 address to listen on. */
  readonly listen: string;
}

/** The lobby's desk at its socket. */
export class LobbyServer {
  /** What it was asked, and with which outcomes. */
  readonly counts = new RequestCounts();
  readonly #options: LobbyOptions;
  readonly #responder: Responder;

  constructor(options: LobbyOptions, lobby: LiveLobby, tracks: Tracks, clock: LocalClock, logger: Logger) {
    this.#options = options;
    const desk = new LobbyDesk(options, lobby, {
      tracks,
      clock,
      portsInUse: (ports) => portsInUse(options.listen, ports),
      logger,
    });
    const answer = async (request: LobbyRequest['body']) => {
      const reply = await answerOf(() => desk.answer(request), logger);
      this.counts.note(request, reply);
      return reply;
    };
    this.#responder = new Responder(requestHandler(LobbyRequest, LobbyReply, answer, logger));
  }

  /** @throws when the port is taken */
  async start(): Promise<void> {
    await this.#responder.start(`tcp://${this.#options.listen}:${this.#options.port}`);
  }

  stop(): void {
    this.#responder.stop();
  }
}
