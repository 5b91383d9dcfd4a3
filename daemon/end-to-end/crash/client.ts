import { setTimeout as sleep } from 'node:timers/promises';
import type { LobbyReply, LobbyRequest, RoomCommand } from '../../../protos/index.ts';
import { NoReplyError, newRequestId, type Requester } from '../../net/requester.ts';

type Ask = LobbyRequest['body'];
type Answer = { readonly kind: string };

/** How long a reply is waited for before the request is sent again. */
const REPLY_WITHIN_MS = 700;
/** Where the coordinator doesn't say when to try again. */
const BUSY_MS = 40;
/** Whatever was killed is back long before. */
const GIVE_UP_MS = 60_000;

/** How a stream of commands went. */
export interface ClientCounts {
  acknowledged: number;
  refused: number;
  resent: number;
  busy: number;
}

/** A client that has a request answered, however often it has to be sent: as the same request each time. */
export class InsistingClient {
  readonly counts: ClientCounts = { acknowledged: 0, refused: 0, resent: 0, busy: 0 };
  readonly #requester: Requester<Ask, LobbyReply['body']>;

  /** @param requester is started; stopped by stop() */
  constructor(requester: Requester<Ask, LobbyReply['body']>) {
    this.#requester = requester;
  }

  stop(): void {
    this.#requester.stop();
  }

  /** Whether a room's command was done. @throws when it is neither done nor refused in a minute */
  async command(room: string, body: RoomCommand['body']): Promise<boolean> {
    return this.do({ kind: 'callRoom', room, command: { body } });
  }

  /** Whether a request was done. @throws when it is neither done nor refused in a minute */
  async do(body: Ask): Promise<boolean> {
    const requestId = newRequestId();
    const untilMs = performance.now() + GIVE_UP_MS;
    while (performance.now() < untilMs) {
      const answer = await this.#attempt(body, requestId);
      if (answer?.kind === 'done') {
        this.counts.acknowledged += 1;
        return true;
      }
      if (!answer) continue;
      this.counts.refused += 1;
      return false;
    }
    throw new Error(`${describe(body)} was not answered within ${GIVE_UP_MS / 1000} s`);
  }

  /** Undefined: it has to be sent again. */
  async #attempt(body: Ask, requestId: string): Promise<Answer | undefined> {
    try {
      const reply = await this.#requester.request(body, REPLY_WITHIN_MS, { requestId });
      const answer = reply.kind === 'room' ? reply.body : reply;
      if (answer.kind !== 'failure' || answer.code !== 'BUSY') return answer;
      this.counts.busy += 1;
      await sleep(answer.retryAfterMs ?? BUSY_MS);
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error;
      this.counts.resent += 1;
    }
    return undefined;
  }
}

function describe(body: Ask): string {
  return body.kind === 'callRoom' ? `${body.command.body.kind} in ${body.room}` : body.kind;
}
