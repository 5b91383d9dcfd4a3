import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ErrorCode, Failure, Track } from '../../protos/index.ts';
import { errnoOf, messageOf } from '../errno.ts';
import type { Logger } from '../logger.ts';
import type { MetricsPage } from '../metrics/metrics-page.ts';
import { createServer } from '../net/http.ts';
import type { PublicKey } from '../security/keys.ts';
import type { MediaPurpose } from '../security/media-token.ts';
import type { ServerKey } from '../security/server-key.ts';
import { parseRange } from './byte-range.ts';
import { limitConnections } from './connection-limit.ts';
import { type MediaStore, MediaStoreError, tooLarge } from './media-store.ts';
import { guardProgress, StalledError } from './progress-guard.ts';

export interface MediaServerOptions {
  /** An upload that says it is larger is refused before its bytes are read. */
  readonly maxTrackBytes: number;
  /** Beyond it the longest idle connection is closed for a new one. */
  readonly maxConnections: number;
  /** A request's headers have to be there by then. */
  readonly headersTimeoutMs: number;
  /** An upload that brings less than 16 KiB in this time, or a reader that takes nothing, is cut off. */
  readonly stallTimeoutMs: number;
}

export const mediaServerDefaults: MediaServerOptions = {
  maxTrackBytes: 2e9,
  maxConnections: 1000,
  headersTimeoutMs: 10_000,
  stallTimeoutMs: 30_000,
};

/** Who may have tracks, or bring them. */
export interface MediaAccess {
  /** The coordinator's, told to anybody. */
  readonly publicKey: PublicKey;
  allows(token: string, hash: string, purpose: MediaPurpose): boolean;
}

/** What answers to other paths than the tracks'. */
export interface OtherPages {
  /** Whether a request is for one of them; then it is answered. @param path of the request's URL */
  answers(path: string, request: IncomingMessage, response: ServerResponse): boolean;
}

/** Bytes of tracks since the start. */
export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

const keepAliveMs = 30_000;
const minUploadBytes = 16 * 1024;
/** How long the rest of a refused upload is swallowed, so that the peer gets to read why. */
const lingerMs = 5000;

const statusCodes: Record<ErrorCode, number> = {
  BAD_REQUEST: 400,
  VERSION: 400,
  NOT_FOUND: 404,
  REFUSED: 413,
  BUSY: 503,
  BAD_MEDIA: 422,
  STORAGE: 507,
  INTERNAL: 500,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
};

/**
 * Serves the tracks of a store over HTTP: PUT /tracks/HASH?name=FILENAME, GET and HEAD /tracks/HASH (with
 * single ranges), /tracks/HASH/index (TrackIndex message) and /tracks/HASH/info (Track as JSON).
 * With access control all of them take a token in the header Authorization. GET /key tells anybody the coordinator's key.
 * Failures of a PUT are JSON {code, message}; whatever else isn't there is a bare 404. GET /metrics is the metrics
 * page's.
 */
export class MediaServer {
  readonly #store: MediaStore;
  readonly #options: MediaServerOptions;
  readonly #log: Logger;
  readonly #metrics: MetricsPage | undefined;
  readonly #access: MediaAccess | undefined;
  readonly #others: OtherPages | undefined;
  readonly #server: Server;
  #sentBytes = 0;
  #receivedBytes = 0;

  /** @param access undefined: anybody may have and bring tracks */
  constructor(
    store: MediaStore,
    options: MediaServerOptions,
    log: Logger,
    metrics?: MetricsPage,
    access?: MediaAccess,
    others?: OtherPages,
  ) {
    this.#access = access;
    this.#others = others;
    this.#metrics = metrics;
    this.#store = store;
    this.#options = options;
    this.#log = log;
    this.#server = createServer({
      keepAlive: true,
      keepAliveTimeout: keepAliveMs,
      headersTimeout: options.headersTimeoutMs,
      // Uploads take as long as they make progress.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(1000, options.headersTimeoutMs),
    });
    this.#server.timeout = options.stallTimeoutMs;
  }

  /**
   * Listens. @param port 0 picks a free one
   * @returns the port
   * @throws the system's errors: the port is taken (EADDRINUSE), or the address isn't this host's
   */
  async start(address: string, port: number): Promise<number> {
    limitConnections(this.#server, this.#options.maxConnections);
    this.#server.on('request', (request, response) => void this.#answer(request, response));
    // Asked before sending: the answer may spare the peer its upload.
    this.#server.on('checkContinue', (request, response) => this.#server.emit('request', request, response));
    const listening = Promise.withResolvers<void>();
    this.#server.once('error', listening.reject);
    this.#server.listen(port, address, listening.resolve);
    await listening.promise;
    this.#server.off('error', listening.reject);
    this.#server.on('error', (error) => this.#log.error(`media server: ${error.message}`));
    return (this.#server.address() as AddressInfo).port;
  }

  get traffic(): Traffic {
    return { sentBytes: this.#sentBytes, receivedBytes: this.#receivedBytes };
  }

  /** Closes the port and every connection. */
  async stop(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    this.#server.closeAllConnections();
    await closed.promise;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      if (!isPeersEnd(error)) this.#log.error(`media server: ${request.method} failed: ${messageOf(error)}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const [, hash = '', part] = /^\/tracks\/([0-9a-f]{64})(\/index|\/info)?$/.exec(path) ?? [];
    if (hash && !this.#allows(request, hash, part)) return refuseStranger(request, response);
    if (request.method === 'PUT' && hash && !part) return this.#receive(request, response, hash, query);
    request.resume();
    if (path === '/metrics' && this.#metrics) return this.#metrics.answer(request, response);
    if (path === '/key') return json(response, 200, this.#serverKey());
    if (this.#others?.answers(path, request, response)) return;
    if (!hash) return bare(response, 404);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', part ? 'GET, HEAD' : 'GET, HEAD, PUT');
      return bare(response, 405);
    }
    if (part === '/index')
      return whole(response, 'application/x-protobuf', await this.#store.index(hash), hash);
    if (part === '/info') {
      const track = await this.#store.track(hash);
      return whole(response, 'application/json', track && Buffer.from(JSON.stringify(track)), hash);
    }
    return this.#send(request, response, hash);
  }

  // A token to upload also tells whether the track is there already.
  #allows(request: IncomingMessage, hash: string, part: string | undefined): boolean {
    if (!this.#access) return true;
    const [, token = ''] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const uploads = request.method === 'PUT' || part === '/info';
    if (uploads && this.#access.allows(token, hash, 'upload')) return true;
    return request.method !== 'PUT' && this.#access.allows(token, hash, 'fetch');
  }

  #serverKey(): ServerKey {
    return this.#access ? { security: 'curve', publicKey: this.#access.publicKey } : { security: 'none' };
  }

  async #send(request: IncomingMessage, response: ServerResponse, hash: string): Promise<void> {
    const stored = await this.#store.open(hash);
    if (!stored) return bare(response, 404);
    try {
      const { bytes, file } = stored;
      const range = parseRange(request.headers.range, bytes);
      response.setHeader('Accept-Ranges', 'bytes');
      if (range === 'unsatisfiable') {
        response.setHeader('Content-Range', `bytes */${bytes}`);
        return bare(response, 416);
      }
      const { from, to } = range ?? { from: 0, to: bytes };
      if (range) response.setHeader('Content-Range', `bytes ${from}-${to - 1}/${bytes}`);
      response.setHeader('Content-Type', 'application/octet-stream');
      response.setHeader('Content-Length', to - from);
      response.setHeader('ETag', `"${hash}"`);
      response.writeHead(range ? 206 : 200);
      if (request.method === 'HEAD' || from === to) return void response.end();
      const bytesOfIt = file.createReadStream({ start: from, end: to - 1, autoClose: false });
      await pipeline(bytesOfIt, response).finally(() => {
        this.#sentBytes += bytesOfIt.bytesRead;
      });
    } finally {
      await stored.file.close();
    }
  }

  async #receive(
    request: IncomingMessage,
    response: ServerResponse,
    hash: string,
    query: string,
  ): Promise<void> {
    const name = fileNameOf(query);
    const stored = await this.#store.track(hash);
    if (stored) return answerEarly(request, response, 200, stored);
    const { maxTrackBytes, stallTimeoutMs } = this.#options;
    if (Number(request.headers['content-length'] ?? 0) > maxTrackBytes)
      return this.#refuse(request, response, tooLarge(name, maxTrackBytes));
    if (request.headers.expect) response.writeContinue();
    // The guard watches the upload; while the track is probed afterwards, nothing moves on the socket.
    request.socket.setTimeout(0);
    try {
      const body = guardProgress(request, minUploadBytes, stallTimeoutMs);
      const track = await this.#store.add(hash, name, body);
      this.#receivedBytes += track.bytes;
      this.#log.info({ hash, bytes: track.bytes }, `stored '${name}'`);
      json(response, 200, track);
    } catch (error) {
      if (error instanceof MediaStoreError) this.#refuse(request, response, error);
      else throw error;
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: MediaStoreError): void {
    this.#log.warn(`an upload was refused: ${error.message}`);
    const failure: Failure = { code: error.code, message: error.message };
    answerEarly(request, response, statusCodes[error.code], failure);
  }
}

/** The peer went away or stalled: its matter, not this program's. */
function isPeersEnd(error: unknown): boolean {
  const streams = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE'];
  const codes = ['ECONNRESET', 'EPIPE', 'ABORT_ERR', ...streams];
  return error instanceof StalledError || codes.includes(errnoOf(error) ?? '');
}

function fileNameOf(query: string): string {
  const name = new URLSearchParams(query).get('name') ?? '';
  return (
    basename(name.replaceAll('\\', '/').replace(/\p{C}/gu, '')).slice(0, 255) || 'a track without a name'
  );
}

function bare(response: ServerResponse, status: number): void {
  response.setHeader('Content-Length', 0);
  response.writeHead(status).end();
}

function refuseStranger(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('WWW-Authenticate', 'Bearer');
  const message = 'the token for this track is missing or no longer valid: ask the lobby for one';
  answerEarly(request, response, statusCodes.UNAUTHENTICATED, { code: 'UNAUTHENTICATED', message });
}

function json(response: ServerResponse, status: number, value: Track | Failure | ServerKey): void {
  const text = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': text.length }).end(text);
}

function whole(response: ServerResponse, type: string, content: Uint8Array | undefined, hash: string): void {
  if (!content) {
    bare(response, 404);
    return;
  }
  const headers = { 'Content-Type': type, 'Content-Length': content.length, ETag: `"${hash}"` };
  response.writeHead(200, headers).end(content);
}

/** Answers while the peer may still be sending: closing at once would take the answer away from it. */
function answerEarly(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: Track | Failure,
): void {
  if (!request.complete) response.setHeader('Connection', 'close');
  json(response, status, value);
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), lingerMs);
  request.once('close', () => clearTimeout(timer));
}
