import { setTimeout as sleep } from 'node:timers/promises';
import { NoReplyError, Requester } from '../daemon/net/requester.ts';
import { LobbyReply, LobbyRequest, type RoomAnswer, type RoomCommand } from '../protos/index.ts';
import type { Address } from './address.ts';
import { CommandError } from './exit-codes.ts';
import { explain, probe, untilAbsent } from './reachability.ts';

type RequestBody = LobbyRequest['body'];
type ReplyBody = LobbyReply['body'];
type Reply<K extends ReplyBody['kind']> = Extract<ReplyBody, { kind: K }>;
type Answer<K extends RoomAnswer['body']['kind']> = Extract<RoomAnswer['body'], { kind: K }>;

const BUSY_RETRY_FOR_MS = 1000;
const BUSY_RETRY_EVERY_MS = 100;

/** Asks a coordinator's lobby: a reply of the kind asked for, or a CommandError, within the deadline. */
export class LobbyClient {
  readonly address: Address;
  readonly #timeoutMs: number;
  readonly #requester: Requester<RequestBody, ReplyBody>;

  constructor(address: Address, timeoutMs: number) {
    this.address = address;
    this.#timeoutMs = timeoutMs;
    this.#requester = new Requester(`tcp://${address.host}:${address.port}`, LobbyRequest, LobbyReply);
  }

  start(): void {
    this.#requester.start();
  }

  stop(): void {
    this.#requester.stop();
  }

  /** @throws {CommandError} UNREACHABLE, or what the coordinator says; BUSY only after trying for 1 s */
  async ask<K extends ReplyBody['kind']>(body: RequestBody, kind: K): Promise<Reply<K>> {
    return this.#whileBusy(async (timeoutMs) => {
      const reply = await this.#request(body, timeoutMs);
      if (reply.kind === 'failure') throw new CommandError(reply.code, reply.message);
      if (!isReply(reply, kind)) throw unexpected(reply.kind);
      return reply;
    });
  }

  /** As ask(), of a room by its name. */
  async askRoom<K extends RoomAnswer['body']['kind']>(
    room: string,
    body: RoomCommand['body'],
    kind: K,
  ): Promise<Answer<K>> {
    return this.#whileBusy(async (timeoutMs) => {
      const reply = await this.#request({ kind: 'callRoom', room, command: { body } }, timeoutMs);
      const answer = reply.kind === 'room' ? reply.body : reply;
      if (answer.kind === 'failure') throw new CommandError(answer.code, answer.message);
      if (!isAnswer(answer, kind)) throw unexpected(answer.kind);
      return answer;
    });
  }

  async #whileBusy<T>(attempt: (timeoutMs: number) => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    for (;;) {
      const elapsedMs = performance.now() - startedMs;
      try {
        return await attempt(Math.max(1, this.#timeoutMs - elapsedMs));
      } catch (error) {
        const busy = error instanceof CommandError && error.code === 'BUSY';
        if (!busy || elapsedMs + BUSY_RETRY_EVERY_MS > Math.min(BUSY_RETRY_FOR_MS, this.#timeoutMs))
          throw error;
        await sleep(BUSY_RETRY_EVERY_MS);
      }
    }
  }

  async #request(body: RequestBody, timeoutMs: number): Promise<ReplyBody> {
    const settled = new AbortController();
    const absent = Promise.withResolvers<never>();
    untilAbsent(this.address, settled.signal).then(
      (why) => absent.reject(new CommandError('UNREACHABLE', explain(this.address, why, this.#timeoutMs))),
      () => {}, // it listens, or the reply was first: the request decides
    );
    try {
      return await Promise.race([this.#requester.request(body, timeoutMs), absent.promise]);
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error;
      const what = await probe(this.address, 300);
      throw new CommandError('UNREACHABLE', explain(this.address, what, this.#timeoutMs));
    } finally {
      settled.abort();
    }
  }
}

function isReply<K extends ReplyBody['kind']>(reply: ReplyBody, kind: K): reply is Reply<K> {
  return reply.kind === kind;
}

function isAnswer<K extends RoomAnswer['body']['kind']>(
  answer: { kind: string },
  kind: K,
): answer is Answer<K> {
  return answer.kind === kind;
}

function unexpected(kind: string): CommandError {
  return new CommandError(
    'INTERNAL',
    `the coordinator gave an answer of another kind than asked for (${kind})`,
  );
}
