import { hash } from 'node:crypto';
import { LobbyReply, PROTOCOL } from '../../protos/index.ts';

type Reply = LobbyReply['body'];

/** A request that was done, and what was answered. */
export interface Answered {
  /** See requestKey(). */
  readonly request: string;
  /** A LobbyReply. */
  readonly reply: Uint8Array;
}

/** So many are remembered: a request is repeated within seconds. */
export const ANSWERED_LIMIT = 1000;

/**
 * What makes two requests the same: asker and id, so that nobody is answered what another was. As long as ids may be.
 * @returns undefined when the asker gave no id, and doesn't mind if it is done twice
 */
export function requestKey(askerId: string, requestId: string): string | undefined {
  return requestId === '' ? undefined : hash('sha256', JSON.stringify([askerId, requestId]), 'hex');
}

export function answeredOf(request: string, body: Reply): Answered {
  return { request, reply: LobbyReply.encode({ protocol: PROTOCOL, requestId: '', body }) };
}

/**
 * Answers a repeated request as before, without doing it twice: one that is still under way with the first one's
 * answer. What was refused has changed nothing, and may be tried again.
 */
export class Repeats {
  readonly #answered = new Map<string, Uint8Array>();
  readonly #underWay = new Map<string, Promise<Reply>>();

  /** Takes up what was answered in earlier runs, oldest first. */
  start(answered: readonly Answered[]): void {
    for (const one of answered) this.remember(one);
  }

  /** @param work does it, and has what it did remembered */
  async once(request: string, work: () => Promise<Reply>): Promise<Reply> {
    const before = this.#answered.get(request);
    if (before) return LobbyReply.decode(before).body;
    const under = this.#underWay.get(request) ?? work().finally(() => this.#underWay.delete(request));
    this.#underWay.set(request, under);
    return under;
  }

  remember({ request, reply }: Answered): void {
    this.#answered.set(request, reply);
    const [oldest] = this.#answered.keys();
    if (this.#answered.size > ANSWERED_LIMIT && oldest !== undefined) this.#answered.delete(oldest);
  }
}
