import { setTimeout as sleep } from 'node:timers/promises';
import { connectSocket, NoReplyError, newRequestId, Requester } from '../daemon/net/requester.ts';
import type { ClientKeys } from '../daemon/net/socket-keys.ts';
import type { Failure, LobbyReply, LobbyRequest, RoomAnswer, RoomCommand } from '../protos/index.ts';
import type { Address } from './address.ts';
import { CommandError } from './exit-codes.ts';
import type { CoordinatorKeys } from './keys.ts';
import { osUserName } from './os-user.ts';
import { explain, probe, untilAbsent } from './reachability.ts';
import { attemptMs, BUSY_RETRY_FOR_MS, retryDelayMs, withAge } from './retry.ts';

type RequestBody = LobbyRequest['body'];
type ReplyBody = LobbyReply['body'];
type Connection = Requester<RequestBody, ReplyBody>;
type Reply<K extends ReplyBody['kind']> = Extract<ReplyBody, { kind: K }>;
type Answer<K extends RoomAnswer['body']['kind']> = Extract<RoomAnswer['body'], { kind: K }>;

/** How a client asks. */
export interface ClientOptions {
  /** For an answer, whatever has to be tried for it. */
  readonly timeoutMs: number;
  /** Whether what is busy is tried again, for up to a second. */
  readonly retry: boolean;
  /** When the person gave the command, by performance.now(). */
  readonly givenAtMs: number;
  /** By which it is known who asks, and whom. */
  readonly keys?: CoordinatorKeys;
}

/** Asks a coordinator's lobby: a reply of the kind asked for, or a CommandError, within the deadline. */
export class LobbyClient {
  readonly address: Address;
  readonly #options: ClientOptions;
  #connection: Promise<Connection> | undefined;
  #met: Promise<void> | undefined;
  /** Believed where nobody logs in. */
  readonly #by = osUserName();

  constructor(address: Address, options: ClientOptions) {
    this.address = address;
    this.#options = options;
  }

  get keys(): CoordinatorKeys | undefined {
    return this.#options.keys;
  }

  /** Finds the coordinator's keys, before what needs them; a request does so by itself. @throws {CommandError} */
  async meet(): Promise<void> {
    this.#met ??= this.#findKeys();
    await this.#met;
  }

  /** Connects anew: with the keys as they are now. */
  restart(): void {
    this.stop();
    const { host, port } = this.address;
    const address = `tcp://${host}:${port}`;
    this.#connection = requester(address, this.keys?.keys, connectSocket(address, this.keys?.keys));
  }

  stop(): void {
    void this.#connection?.then((connection) => connection.stop());
    this.#connection = undefined;
  }

  /** With which a track may be brought; empty: the coordinator wants none. @throws {CommandError} */
  async uploadToken(hash: string): Promise<string> {
    await this.meet();
    if (!this.keys?.keys) return '';
    return (await this.ask({ kind: 'getMediaToken', hash, upload: true }, 'mediaToken')).token;
  }

  /**
   * Asks again, as the same request, where the reply may have been lost.
   * @throws {CommandError} UNREACHABLE, or what the coordinator says; BUSY only after trying for 1 s
   */
  async ask<K extends ReplyBody['kind']>(body: RequestBody, kind: K): Promise<Reply<K>> {
    const requestId = newRequestId();
    return this.#whileBusy(async (timeoutMs) => {
      const reply = await this.#untilReplied(timeoutMs, (withinMs) =>
        this.#request(body, requestId, withinMs),
      );
      if (reply.kind === 'failure') throw failureOf(reply);
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
    const requestId = newRequestId();
    return this.#whileBusy(async (timeoutMs) => {
      const reply = await this.#untilReplied(timeoutMs, (withinMs) => {
        const command = { body: withAge(body, performance.now() - this.#options.givenAtMs) };
        return this.#request({ kind: 'callRoom', room, command }, requestId, withinMs);
      });
      const answer = reply.kind === 'room' ? reply.body : reply;
      if (answer.kind === 'failure') throw failureOf(answer);
      if (!isAnswer(answer, kind)) throw unexpected(answer.kind);
      return answer;
    });
  }

  async #findKeys(): Promise<void> {
    try {
      await this.keys?.find(this.#options.timeoutMs);
      this.restart();
    } catch (error) {
      this.#met = undefined; // the next request tries again
      throw error;
    }
  }

  async #whileBusy<T>(attempt: (timeoutMs: number) => Promise<T>): Promise<T> {
    const { timeoutMs, retry } = this.#options;
    const startedMs = performance.now();
    let busyFromMs: number | undefined;
    for (;;) {
      const elapsedMs = performance.now() - startedMs;
      try {
        return await attempt(Math.max(1, timeoutMs - elapsedMs));
      } catch (error) {
        const nowMs = performance.now();
        busyFromMs ??= nowMs;
        const leftMs = Math.min(BUSY_RETRY_FOR_MS - (nowMs - busyFromMs), timeoutMs - (nowMs - startedMs));
        const delayMs = retry && error instanceof CommandError && retryDelayMs(error, leftMs);
        if (!delayMs) throw error;
        await sleep(delayMs);
      }
    }
  }

  // With the same id: who has done it answers as before, and doesn't do it twice.
  async #untilReplied(timeoutMs: number, send: (withinMs: number) => Promise<ReplyBody>): Promise<ReplyBody> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const leftMs = Math.max(1, untilMs - performance.now());
      const withinMs = attemptMs(leftMs);
      try {
        return await send(withinMs);
      } catch (error) {
        if (!(error instanceof LostError) || withinMs >= leftMs) throw error;
      }
    }
  }

  async #request(body: RequestBody, requestId: string, timeoutMs: number): Promise<ReplyBody> {
    await this.meet();
    const settled = new AbortController();
    const absent = Promise.withResolvers<never>();
    const totalMs = this.#options.timeoutMs;
    untilAbsent(this.address, settled.signal).then(
      (why) => absent.reject(new CommandError('UNREACHABLE', explain(this.address, why, totalMs))),
      async () => {
        // It listens, or the reply was first: the request decides, unless the key is a wrong one.
        const changed = settled.signal.aborted ? undefined : await this.keys?.explainSilence();
        if (changed) absent.reject(changed);
      },
    );
    absent.promise.catch(() => {}); // also when the reply was first
    try {
      const connection = await this.#connection;
      if (!connection) throw new Error('the client was stopped');
      const head = { requestId, ...(this.#by !== undefined && { by: this.#by }) };
      return await Promise.race([connection.request(body, timeoutMs, head), absent.promise]);
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error;
      const what = await probe(this.address, 300);
      throw new LostError('UNREACHABLE', explain(this.address, what, totalMs));
    } finally {
      settled.abort();
    }
  }
}

/** What messages are made of is loaded while the connection comes about: that takes a few round trips. */
async function requester(
  address: string,
  keys: ClientKeys | undefined,
  socket: ReturnType<typeof connectSocket>,
): Promise<Connection> {
  const { LobbyReply, LobbyRequest } = await import('../protos/index.ts');
  const connection = new Requester(address, LobbyRequest, LobbyReply, keys, socket);
  connection.start();
  return connection;
}

/** No reply has come in time, from a coordinator that may have done what it was asked. */
class LostError extends CommandError {}

function failureOf({ code, message, retryAfterMs }: Failure): CommandError {
  return new CommandError(code, message, retryAfterMs);
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
