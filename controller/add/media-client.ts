import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { request } from '../../daemon/net/http.ts';
import type { Track } from '../../protos/index.ts';
import * as lobby from '../../protos/lobby.ts';
import * as media from '../../protos/media.ts';
import type { Address } from '../address.ts';
import { CommandError } from '../exit-codes.ts';

// The server reads the whole file before it answers, however long that is; but neither side stalls this long.
const STALL_MS = 30_000;
const MAX_ANSWER_BYTES = 1_000_000;

/** The SHA-256 of a file's bytes, in hex: what a track is named by. Throws as reading the file does. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * The track of that hash, or undefined: the server doesn't hold it.
 * @param token to upload it; empty: the server wants none
 * @throws {CommandError}
 */
export async function findTrack(server: Address, hash: string, token: string): Promise<Track | undefined> {
  const call = request(url(server, `/tracks/${hash}/info`), { headers: bearer(token), timeout: STALL_MS });
  const answered = answer(call, server);
  call.end();
  const { status, body } = await answered;
  return status === 404 ? undefined : trackOf(status, body);
}

/**
 * Sends a file to the server, which checks it.
 * @param token to upload it; empty: the server wants none
 * @param onSent is told the bytes of each piece as it leaves
 * @throws {CommandError} BAD_MEDIA, STORAGE, UNREACHABLE…; what reading the file throws
 */
export async function sendTrack(
  server: Address,
  track: { file: string; name: string; hash: string; bytes: number },
  token: string,
  onSent: (bytes: number) => void,
): Promise<Track> {
  const handle = await open(track.file);
  const call = request(url(server, `/tracks/${track.hash}?name=${encodeURIComponent(track.name)}`), {
    method: 'PUT',
    headers: {
      'content-length': track.bytes,
      'content-type': 'application/octet-stream',
      ...bearer(token),
    },
    timeout: STALL_MS,
  });
  let readError: unknown;
  async function* pieces(): AsyncGenerator<Buffer> {
    let leftBytes = track.bytes;
    try {
      for await (const piece of handle.createReadStream({ start: 0, end: track.bytes - 1 })) {
        leftBytes -= piece.length;
        onSent(piece.length);
        yield piece;
      }
      if (leftBytes > 0)
        throw new CommandError('BAD_MEDIA', `${track.file} became shorter while it was read`);
    } catch (error) {
      readError = error;
      throw error;
    }
  }
  // Only the answer counts: a server that refuses a file gives it before it has read the whole.
  const sent = pipeline(pieces, call).catch(() => {});
  try {
    const { status, body } = await answer(call, server);
    return trackOf(status, body);
  } catch (error) {
    throw readError ?? error;
  } finally {
    call.destroy();
    await sent;
    await handle.close();
  }
}

interface Answer {
  status: number;
  body: unknown;
}

function answer(call: ClientRequest, server: Address): Promise<Answer> {
  const unreachable = (what: string) =>
    new CommandError('UNREACHABLE', `the media server at ${server.host}:${server.port} ${what}`);
  return new Promise((resolve, reject) => {
    call.once('response', (response) => {
      readJson(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body }),
        (error: Error) => reject(unreachable(`broke off its answer (${error.message})`)),
      );
    });
    call.once('timeout', () => call.destroy(new Error(`nothing for ${STALL_MS / 1000} s`)));
    call.once('error', (error) => {
      reject(unreachable(`can't be reached (${error.message}): check that port ${server.port} is open`));
    });
  });
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk;
    if (text.length > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function trackOf(status: number, body: unknown): Track {
  const track = v.safeParse(media.track, body);
  if (status === 200 && track.success) return track.output;
  const failure = v.safeParse(lobby.failure, body);
  if (failure.success) throw new CommandError(failure.output.code, failure.output.message);
  throw new CommandError('INTERNAL', `the media server gave an answer that makes no sense (HTTP ${status})`);
}

function bearer(token: string) {
  return token ? { authorization: `Bearer ${token}` } : {};
}

function url({ host, port }: Address, path: string): string {
  return `http://${host}:${port}${path}`;
}
