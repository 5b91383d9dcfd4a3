import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import pino from 'pino';
import { TrackIndex } from '../../protos/index.ts';
import { probeTrack } from '../media/probe.ts';
import { MediaServer, type MediaServerOptions, mediaServerDefaults } from './media-server.ts';
import { sha256, wavFile } from './media-store.fixture.ts';
import { MediaStore } from './media-store.ts';

const log = pino({ level: 'silent' });
const wav = wavFile(2);
const hash = sha256(wav);

interface Setup {
  url: string;
  port: number;
  incoming: string;
}

async function serve(t: ExecutionContext, options: Partial<MediaServerOptions> = {}): Promise<Setup> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jam-media-'));
  const all = { ...mediaServerDefaults, ...options };
  const store = new MediaStore(dataDir, all.maxTrackBytes, probeTrack, log);
  await store.start();
  const server = new MediaServer(store, all, log);
  const port = await server.start('127.0.0.1', 0);
  t.teardown(async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  return { url: `http://127.0.0.1:${port}`, port, incoming: join(dataDir, 'tracks', 'incoming') };
}

function put(url: string, name: string, body: Uint8Array): Promise<Response> {
  return fetch(`${url}/tracks/${name}?name=${encodeURIComponent('A tune.wav')}`, {
    method: 'PUT',
    body: Buffer.from(body),
  });
}

async function withTrack(t: ExecutionContext, options: Partial<MediaServerOptions> = {}): Promise<Setup> {
  const setup = await serve(t, options);
  const stored = await put(setup.url, hash, wav);
  t.is(stored.status, 200, await stored.text());
  return setup;
}

/** Sends text as it is and returns all that comes back until the server closes the connection. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (bytes) => {
    answer += bytes.toString('latin1');
  });
  socket.write(text);
  await closed(socket);
  return answer;
}

/** Resolves when the connection is over, cleanly or not. */
function closed(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

async function untilEmpty(folder: string): Promise<void> {
  while ((await readdir(folder)).length > 0) await new Promise((resolve) => setImmediate(resolve));
}

test('an uploaded track comes back whole, with its index and its description', async (t) => {
  const { url } = await serve(t);
  const stored = await put(url, hash, wav);
  t.is(stored.status, 200);
  const track: unknown = await stored.json();
  t.like(track, { hash, bytes: wav.length, codec: 'WAV', sampleRate: 44_100, channels: 1, frames: 88_200 });

  const whole = await fetch(`${url}/tracks/${hash}`);
  t.is(whole.status, 200);
  t.is(whole.headers.get('etag'), `"${hash}"`);
  t.is(whole.headers.get('accept-ranges'), 'bytes');
  t.true(wav.equals(Buffer.from(await whole.arrayBuffer())));

  const head = await fetch(`${url}/tracks/${hash}`, { method: 'HEAD' });
  t.is(head.headers.get('content-length'), String(wav.length));

  const index = await fetch(`${url}/tracks/${hash}/index`);
  t.is(index.headers.get('content-type'), 'application/x-protobuf');
  t.is(TrackIndex.decode(new Uint8Array(await index.arrayBuffer())).hash, hash);

  t.deepEqual(await (await fetch(`${url}/tracks/${hash}/info`)).json(), track);
});

test('a range is answered with these bytes, one beyond the end with 416', async (t) => {
  const { url } = await withTrack(t);
  const ranges = { 'bytes=0-99': [0, 100], 'bytes=1000-': [1000, wav.length], 'bytes=-7': [-7, undefined] };
  for (const [range, [from, to]] of Object.entries(ranges)) {
    const part = await fetch(`${url}/tracks/${hash}`, { headers: { range } });
    t.is(part.status, 206, range);
    t.true(wav.subarray(from, to).equals(Buffer.from(await part.arrayBuffer())), range);
  }
  const first = await fetch(`${url}/tracks/${hash}`, { headers: { range: 'bytes=0-99' } });
  t.is(first.headers.get('content-range'), `bytes 0-99/${wav.length}`);
  await first.arrayBuffer();
  const beyond = await fetch(`${url}/tracks/${hash}`, { headers: { range: `bytes=${wav.length}-` } });
  t.is(beyond.status, 416);
  t.is(beyond.headers.get('content-range'), `bytes */${wav.length}`);
});

test('a bad upload is answered with a code and a sentence', async (t) => {
  const { url } = await serve(t, { maxTrackBytes: 100_000 });
  const garbage = Buffer.from('not a tune. '.repeat(100));
  const cases = [
    { name: '0'.repeat(64), body: garbage, status: 400, code: 'BAD_REQUEST' },
    { name: sha256(garbage), body: garbage, status: 422, code: 'BAD_MEDIA' },
    { name: hash, body: wav, status: 413, code: 'REFUSED' },
  ];
  for (const { name, body, status, code } of cases) {
    const answer = await put(url, name, body);
    t.is(answer.status, status);
    t.like(await answer.json(), { code });
  }
});

test('an upload without a length is cut off at the limit', async (t) => {
  const { url, incoming } = await serve(t, { maxTrackBytes: 100_000 });
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
  });
  const upload: RequestInit & { duplex: 'half' } = { method: 'PUT', body, duplex: 'half' };
  const answer = await fetch(`${url}/tracks/${hash}`, upload);
  t.is(answer.status, 413);
  await untilEmpty(incoming);
});

test('a track that is there already is answered before its bytes are sent', async (t) => {
  const { url } = await withTrack(t);
  const headers = { expect: '100-continue', 'content-length': 1e9 };
  const upload = request(`${url}/tracks/${hash}?name=x`, { method: 'PUT', headers });
  upload.on('continue', () => t.fail('the bytes were asked for'));
  upload.on('error', () => {});
  upload.flushHeaders();
  const [answer] = await once(upload, 'response');
  t.is(answer.statusCode, 200);
  upload.destroy();
});

test('the same track uploaded five times at once is stored for all five', async (t) => {
  const { url } = await serve(t);
  const answers = await Promise.all(Array.from({ length: 5 }, () => put(url, hash, wav)));
  t.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200, 200, 200, 200],
  );
});

test('an upload whose peer goes away leaves nothing behind', async (t) => {
  const { port, incoming } = await serve(t);
  const socket = connect(port, '127.0.0.1');
  socket.write(`PUT /tracks/${hash}?name=x HTTP/1.1\r\nHost: x\r\nContent-Length: ${wav.length}\r\n\r\n`);
  socket.write(wav.subarray(0, 50_000));
  while ((await readdir(incoming)).length === 0) await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await untilEmpty(incoming);
  t.pass();
});

test('an upload that stalls, or only trickles, is cut off and leaves nothing behind', async (t) => {
  const { port, incoming } = await serve(t, { stallTimeoutMs: 200 });
  const head = `PUT /tracks/${hash}?name=x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n`;
  const trickling = connect(port, '127.0.0.1');
  trickling.write(head);
  const drops = setInterval(() => trickling.write('x'), 20);
  await Promise.all([raw(port, `${head}and then nothing`), closed(trickling)]);
  clearInterval(drops);
  await untilEmpty(incoming);
  t.pass();
});

test('whatever is not a track is a bare 404, however the path is put', async (t) => {
  const { port } = await withTrack(t);
  const paths = [
    '/',
    '/tracks/',
    '/tracks/../tracks',
    `/tracks/../../${hash}`,
    `/tracks/${hash}/../../../etc/passwd`,
    '/tracks/..%2f..%2fetc%2fpasswd',
    `/tracks/${hash.toUpperCase()}`,
    `/tracks/${hash}.json`,
    `/tracks/${'0'.repeat(64)}`,
    `/tracks/${'0'.repeat(64)}/index`,
    `/tracks/${'0'.repeat(64)}/info`,
    `//tracks/${hash}`,
    'http://[bad/',
  ];
  for (const path of paths) {
    const answer = await raw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    t.regex(answer, /^HTTP\/1\.1 404 Not Found\r\n/, path);
    t.true(answer.endsWith('\r\n\r\n'), `${path} has a body`);
  }
});

test('a method that a track does not have is refused', async (t) => {
  const { url } = await withTrack(t);
  t.is((await fetch(`${url}/tracks/${hash}`, { method: 'DELETE' })).status, 405);
  t.is((await fetch(`${url}/tracks/${hash}/index`, { method: 'PUT', body: 'x' })).status, 405);
  t.is((await fetch(`${url}/tracks/${hash}`)).status, 200);
});

test('headers that do not come to an end are cut off', async (t) => {
  const { port } = await serve(t, { headersTimeoutMs: 200 });
  const socket = connect(port, '127.0.0.1');
  socket.resume();
  socket.write('GET / HTTP/1.1\r\n');
  const drops = setInterval(() => socket.write('X-More: x\r\n'), 20);
  await closed(socket);
  clearInterval(drops);
  t.pass();
});

test('a connection that never says anything is closed', async (t) => {
  const { port } = await serve(t, { headersTimeoutMs: 200, stallTimeoutMs: 60_000 });
  const socket = connect(port, '127.0.0.1');
  socket.resume();
  await closed(socket);
  t.pass();
});

test('a thousand idle connections keep nobody out, also beyond the limit', async (t) => {
  const { port, url } = await withTrack(t, { maxConnections: 500 });
  const sockets: Socket[] = [];
  for (let i = 0; i < 1000; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
  }
  await Promise.all(sockets.map((socket) => (socket.connecting ? once(socket, 'connect') : undefined)));
  const whole = await fetch(`${url}/tracks/${hash}`);
  t.true(wav.equals(Buffer.from(await whole.arrayBuffer())));
  for (const socket of sockets) socket.destroy();
});

test("a port that is taken is told by the system's name of it", async (t) => {
  const { port, incoming } = await serve(t);
  const store = new MediaStore(join(incoming, 'other'), 1, probeTrack, log);
  const server = new MediaServer(store, mediaServerDefaults, log);
  await t.throwsAsync(server.start('127.0.0.1', port), { code: 'EADDRINUSE' });
});
