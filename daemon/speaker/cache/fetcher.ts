import type { IncomingMessage } from 'node:http';
import { errnoOf, messageOf } from '../../errno.ts';
import { Agent, get } from '../../net/http.ts';

/** Why something couldn't be fetched. 'server': it can't be reached or fails; 'track': it has not this track. */
export class FetchError extends Error {
  override name = 'FetchError';
  readonly about: 'server' | 'track';
  /** Something has arrived before it failed. */
  readonly progressed: boolean;

  constructor(about: FetchError['about'], message: string, progressed = false) {
    super(message);
    this.about = about;
    this.progressed = progressed;
  }
}

/** Where the tokens come from that a server wants for its tracks. */
export interface TokenSource {
  /** Good for fetching that track. @throws {FetchError} when there is none to be had */
  get(hash: string): Promise<string>;
  /** The server didn't take the last one. */
  forget(hash: string): void;
}

/** A server that sends nothing for so long, connecting included, is given up and asked again. */
const stallMs = 2000;
const maxIndexBytes = 64 * 1024 * 1024;

/** Fetches from a coordinator's media server, over connections that are kept. */
export class Fetcher {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });
  #host = '';
  #port = 0;
  #tokens: TokenSource | undefined;

  /** Requests from now on go there, with tokens where it wants some. False when they already did. */
  setServer(host: string, port: number, tokens?: TokenSource): boolean {
    this.#tokens = tokens;
    const isNew = host !== this.#host || port !== this.#port;
    this.#host = host;
    this.#port = port;
    return isNew;
  }

  /** Host and port as people write them. */
  get address(): string {
    return `${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${this.#port}`;
  }

  stop(): void {
    this.#agent.destroy();
  }

  /**
   * Fetches bytes [from, to) of a track of so many bytes and hands them on as they come, in order.
   * @throws {FetchError}; what has been handed on till then is good
   * @throws the signal's reason
   */
  async range(
    hash: string,
    { from, to, of }: { from: number; to: number; of: number },
    onBytes: (bytes: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const response = await this.#get(hash, '', { Range: `bytes=${from}-${to - 1}` }, signal);
    if (
      response.statusCode !== 206 ||
      response.headers['content-range'] !== `bytes ${from}-${to - 1}/${of}`
    ) {
      response.destroy();
      const got = `${response.statusCode} ${response.headers['content-range'] ?? ''}`.trim();
      throw new FetchError(
        'track',
        `${this.address} answers ${got} for bytes ${from}-${to - 1}/${of} of ${hash}`,
      );
    }
    let arrived = 0;
    try {
      for await (const bytes of response) {
        arrived += bytes.length;
        if (arrived > to - from) throw new FetchError('server', `${this.address} sends too much`);
        onBytes(bytes);
      }
      if (arrived < to - from) throw new FetchError('server', `${this.address} sends too little`);
    } catch (error) {
      throw this.#explained(error, signal, arrived > 0);
    }
  }

  /** Fetches a track's index as it is on the wire. @throws {FetchError} @throws the signal's reason */
  async index(hash: string, signal: AbortSignal): Promise<Uint8Array> {
    const response = await this.#get(hash, '/index', {}, signal);
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const piece of response) {
        bytes += piece.length;
        if (bytes > maxIndexBytes) throw new FetchError('track', `the index of ${hash} is too large`);
        pieces.push(piece);
      }
    } catch (error) {
      throw this.#explained(error, signal);
    }
    return Buffer.concat(pieces);
  }

  async #get(
    hash: string,
    part: string,
    range: Record<string, string>,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const [host, port, agent, timeout] = [this.#host, this.#port, this.#agent, stallMs];
    const path = `/tracks/${hash}${part}`;
    for (let attempt = 1; ; attempt += 1) {
      const token = await this.#tokens?.get(hash);
      const headers = { ...range, ...(token && { Authorization: `Bearer ${token}` }) };
      signal.throwIfAborted();
      const response = Promise.withResolvers<IncomingMessage>();
      const request = get({ host, port, path, headers, agent, timeout }, (incoming) => {
        // It may fail before its reader comes, who is told then; until then nobody listens.
        incoming.on('error', () => {});
        response.resolve(incoming);
      });
      request.on('error', response.reject);
      request.on('timeout', () => request.destroy(this.#stalled()));
      // Not by get's own option: it would also reach the socket, which outlives the request.
      signal.addEventListener('abort', () => request.destroy(), { once: true });
      try {
        const incoming = await response.promise;
        // Made by an earlier run of the coordinator, say.
        if (incoming.statusCode === 401 && this.#tokens && attempt === 1) {
          incoming.destroy();
          this.#tokens.forget(hash);
          continue;
        }
        return this.#accepted(incoming, path);
      } catch (error) {
        // The server closed a kept connection just when it was used again: that says nothing about the server.
        const stale = request.reusedSocket && errnoOf(error) === 'ECONNRESET' && !signal.aborted;
        if (!stale) throw this.#explained(error, signal);
      }
    }
  }

  #accepted(response: IncomingMessage, path: string): IncomingMessage {
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    response.destroy();
    if (status >= 500) throw new FetchError('server', `${this.address} answers ${status}`);
    throw new FetchError('track', `${this.address} answers ${status} for ${path}`);
  }

  #explained(error: unknown, signal: AbortSignal, progressed = false): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof FetchError) return error;
    const code = errnoOf(error);
    if (code === 'ECONNREFUSED') return new FetchError('server', `nothing listens on ${this.address}`);
    if (code === 'ECONNRESET') return new FetchError('server', `${this.address} broke off`, progressed);
    return new FetchError('server', `${this.address}: ${messageOf(error)}`, progressed);
  }

  #stalled(): FetchError {
    return new FetchError('server', `${this.address} sent nothing for ${stallMs / 1000} s`);
  }
}
