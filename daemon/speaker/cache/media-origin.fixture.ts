import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TrackIndex } from '../../../protos/index.ts';
import type { TrackRef } from './cache-policy.ts';

/** A track for tests: bytes that hardly repeat, named by their checksum. */
export interface TestTrack extends TrackRef {
  readonly content: Buffer;
}

export function testTrack(bytes: number, seed = 1): TestTrack {
  const content = Buffer.alloc(bytes);
  let state = seed;
  for (let at = 0; at + 4 <= bytes; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content.writeUInt32LE(state, at);
  }
  return { hash: createHash('sha256').update(content).digest('hex'), bytes, content };
}

/** A request as the origin has got it. */
export interface Asked {
  readonly hash: string;
  readonly part: 'index' | 'bytes';
  readonly from: number;
  readonly to: number;
}

/** Answers a request in a way of its own; false: to be answered as it should be. */
export type Misbehaviour = (asked: Asked, response: ServerResponse, content: Buffer) => boolean;

/** A media server that misbehaves on demand and remembers what it was asked for. */
export class MediaOrigin {
  readonly asked: Asked[] = [];
  misbehaviour: Misbehaviour = () => false;
  readonly #tracks = new Map<string, TestTrack>();
  #server: Server | undefined;
  #port = 0;

  get port(): number {
    return this.#port;
  }

  add(...tracks: TestTrack[]): void {
    for (const track of tracks) this.#tracks.set(track.hash, track);
  }

  /** Listens, on the port it had if it was stopped. */
  async start(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const [, hash = '', index] = /^\/tracks\/([0-9a-f]{64})(\/index)?$/.exec(request.url ?? '') ?? [];
    const content = this.#tracks.get(hash)?.content;
    const [, from = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const asked: Asked = { hash, part: index ? 'index' : 'bytes', from: Number(from), to: Number(last) + 1 };
    this.asked.push(asked);
    if (!content) response.writeHead(404).end();
    else if (this.misbehaviour(asked, response, content)) return;
    else if (index) response.end(indexOf(hash));
    else sendRange(response, asked, content).end(content.subarray(asked.from, asked.to));
  }
}

/** Sends the headers of a right answer. */
export function sendRange(response: ServerResponse, { from, to }: Asked, content: Buffer): ServerResponse {
  return response.writeHead(206, {
    'Content-Range': `bytes ${from}-${to - 1}/${content.length}`,
    'Content-Length': to - from,
  });
}

export function indexOf(hash: string): Uint8Array {
  return TrackIndex.encode({
    hash,
    codec: 'MP3',
    sampleRate: 44_100,
    channels: 2,
    frames: 1000,
    audioOffset: 0,
    audioEnd: 1000,
    startSkipFrames: 0,
    framesPerPacket: 1152,
    packetsPerCheckpoint: 16,
    checkpointBytes: [1, 2, 3],
    sampleFormat: 'SAMPLE_FORMAT_UNKNOWN',
  });
}
