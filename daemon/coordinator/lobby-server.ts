import { LobbyReply, LobbyRequest } from '../../protos/index.ts';
import { RequestCounts } from '../metrics/request-counts.ts';
import { RequestLimit, type RequestRate } from '../net/request-limit.ts';
import { Responder } from '../net/responder.ts';
import type { ServerKeys } from '../net/socket-keys.ts';
import type { PublicKey } from '../security/keys.ts';
import { nodeTimers } from '../timers.ts';
import type { LiveLobby } from './live-lobby.ts';
import { type DeskSurroundings, LobbyDesk, type LobbyInfo } from './lobby-desk.ts';
import { askerOf, type KnownKeys } from './people/asker.ts';
import { portsInUse } from './port-check.ts';
import { type Asked, answerOf, requestHandler } from './requests.ts';

export interface LobbyOptions extends LobbyInfo {
  /** IPv4 address to listen on. */
  readonly listen: string;
}

/** What the lobby's desk is handed; the rest it has of the system. */
export type ServerSurroundings = Omit<DeskSurroundings, 'portsInUse' | 'timers' | 'wallMs'>;

/** Far more than a person or a script needs; beyond it, others would have to wait. */
const RATE: RequestRate = { perSecond: 500, burst: 500, atOnce: 16 };

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
    const askerOf = (peerKey: PublicKey | undefined, connection: string) =>
      limitedAsker(peerKey, connection, around.keys?.known, lobby);
    const limits = { limit: new RequestLimit(RATE), clock: around.clock, askerOf };
    this.#responder = new Responder(requestHandler(LobbyRequest, LobbyReply, answer, logger, limits), keys);
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

/** A person's and a speaker's requests count together; of all others, those of a connection. */
function limitedAsker(
  peerKey: PublicKey | undefined,
  connection: string,
  known: KnownKeys | undefined,
  lobby: LiveLobby,
): string {
  const asker = askerOf({ requestId: '', by: '', peerKey }, known, lobby.state.people, Date.now());
  if (asker.how === 'session') return asker.by;
  if (asker.how === 'speaker') return `speaker ${asker.speakerId}`;
  return `${asker.by} at connection ${connection}`;
}
