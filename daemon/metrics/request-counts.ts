import type { LobbyReply, LobbyRequest } from '../../protos/index.ts';

/** How often a kind of request came to an outcome. */
export interface RequestCount {
  /** As in protos/lobby.proto, such as hello; what a room is asked: room.play. */
  readonly kind: string;
  /** `done`, or the failure's code in lower case. */
  readonly outcome: string;
  readonly times: number;
}

/** Counts what the lobby is asked. Kinds and outcomes are the protocol's, so there are not many. */
export class RequestCounts {
  readonly #counts = new Map<string, { kind: string; outcome: string; times: number }>();

  note(request: LobbyRequest['body'], reply: LobbyReply['body']): void {
    const kind = request.kind === 'callRoom' ? `room.${request.command.body.kind}` : request.kind;
    const outcome = outcomeOf(reply);
    const key = `${kind} ${outcome}`;
    const count = this.#counts.get(key) ?? { kind, outcome, times: 0 };
    count.times += 1;
    this.#counts.set(key, count);
  }

  get all(): RequestCount[] {
    return [...this.#counts.values()].map((count) => ({ ...count }));
  }
}

function outcomeOf(reply: LobbyReply['body']): string {
  const last = reply.kind === 'room' ? reply.body : reply;
  return last.kind === 'failure' ? last.code.toLowerCase() : 'done';
}
