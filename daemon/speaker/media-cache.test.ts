import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import pino from 'pino';
import { MediaServer, mediaServerDefaults } from '../coordinator/media-server.ts';
import { sha256, wavFile } from '../coordinator/media-store.fixture.ts';
import { MediaStore } from '../coordinator/media-store.ts';
import { probeTrack } from '../media/probe.ts';
import { chunkBytes } from './chunk-map.ts';
import { MediaCache } from './media-cache.ts';
import { MediaOrigin, sendRange, type TestTrack, testTrack } from './media-origin.fixture.ts';

const log = pino({ level: 'silent' });
const MB = 1024 * 1024;

async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'jam-cache-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function originOf(t: ExecutionContext, ...tracks: TestTrack[]): Promise<MediaOrigin> {
  const origin = new MediaOrigin();
  origin.add(...tracks);
  await origin.start();
  t.teardown(() => origin.stop());
  return origin;
}

async function cacheIn(
  t: ExecutionContext,
  path: string,
  origin?: MediaOrigin,
  budgetBytes = 1000 * MB,
): Promise<MediaCache> {
  const cache = new MediaCache(path, budgetBytes, log);
  await cache.start();
  if (origin) cache.setServer('127.0.0.1', origin.port);
  t.teardown(() => cache.stop());
  return cache;
}

async function until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function readAll(cache: MediaCache, track: TestTrack, pieceBytes = 50_000): Promise<Buffer> {
  const bytes = cache.bytes(track.hash, track.bytes);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < track.bytes; at += pieceBytes) pieces.push(await bytes.read(at, pieceBytes));
  return Buffer.concat(pieces);
}

/** Large contents are compared by their bytes; a deep comparison takes seconds. */
function isContent(t: ExecutionContext, bytes: Uint8Array, expected: Buffer): void {
  t.is(bytes.length, expected.length);
  t.true(expected.equals(bytes), 'other bytes than expected');
}

async function isWhole(path: string, track: TestTrack): Promise<boolean> {
  return (await readdir(path)).includes(track.hash);
}

test('a track that is not there is fetched, checked and kept', async (t) => {
  const path = await folder(t);
  const track = testTrack(3 * MB + 12_345);
  const origin = await originOf(t, track);
  const cache = await cacheIn(t, path, origin);
  cache.prefetch([track]);
  isContent(t, await readAll(cache, track), track.content);
  t.is((await cache.index(track.hash)).hash, track.hash);
  await until('the track is whole', () => isWhole(path, track));
  isContent(t, await readFile(join(path, track.hash)), track.content);
  t.is(cache.held(track.hash), 1);
  t.deepEqual((await readdir(path)).sort(), [track.hash, `${track.hash}.index`]);
  t.is(cache.problem, '');
});

test('a kept track and its index need no server', async (t) => {
  const path = await folder(t);
  const track = testTrack(MB);
  const first = await cacheIn(t, path, await originOf(t, track));
  first.prefetch([track]);
  await until('the track is whole', async () => (await isWhole(path, track)) && first.held(track.hash) === 1);
  await first.index(track.hash);
  await until('the index is kept', async () => (await readdir(path)).includes(`${track.hash}.index`));
  await first.stop();

  const second = await cacheIn(t, path);
  isContent(t, await readAll(second, track), track.content);
  t.is((await second.index(track.hash)).hash, track.hash);
});

test('a read resolves with the first bytes, long before the chunk is complete', async (t) => {
  const track = testTrack(MB);
  const origin = await originOf(t, track);
  origin.misbehaviour = (asked, response, content) => {
    if (asked.part === 'index') return false;
    sendRange(response, asked, content).write(content.subarray(asked.from, asked.from + 65_536));
    return true;
  };
  const cache = await cacheIn(t, await folder(t), origin);
  const bytes = await cache.bytes(track.hash, track.bytes).read(0, 65_536);
  isContent(t, bytes, track.content.subarray(0, 65_536));
});

test('what was broken off goes on at the very byte', async (t) => {
  const track = testTrack(2 * chunkBytes);
  const origin = await originOf(t, track);
  let breaks = 2;
  origin.misbehaviour = (asked, response, content) => {
    if (asked.part === 'index' || breaks-- <= 0) return false;
    const part = content.subarray(asked.from, asked.from + 100_000);
    sendRange(response, asked, content).write(part, () => response.destroy());
    return true;
  };
  const cache = await cacheIn(t, await folder(t), origin);
  isContent(t, await readAll(cache, track), track.content);
  t.deepEqual(
    origin.asked.map((asked) => asked.from),
    [0, 100_000, 200_000, chunkBytes],
  );
});

test('every answer being cut short only makes it slower', async (t) => {
  const track = testTrack(MB);
  const origin = await originOf(t, track);
  origin.misbehaviour = (asked, response, content) => {
    if (asked.part === 'index') return false;
    const half = content.subarray(asked.from, asked.from + Math.ceil((asked.to - asked.from) / 2));
    if (half.length < 1000) return false;
    sendRange(response, asked, content).write(half, () => response.destroy());
    return true;
  };
  const cache = await cacheIn(t, await folder(t), origin);
  isContent(
    t,
    await cache.bytes(track.hash, track.bytes).read(0, chunkBytes),
    track.content.subarray(0, chunkBytes),
  );
});

test('a track that arrives damaged is fetched again', async (t) => {
  const path = await folder(t);
  const track = testTrack(MB);
  const origin = await originOf(t, track);
  let damages = 2;
  origin.misbehaviour = (asked, response, content) => {
    if (asked.part === 'index' || asked.from !== chunkBytes || damages-- <= 0) return false;
    sendRange(response, asked, content).end(Buffer.alloc(asked.to - asked.from));
    return true;
  };
  const cache = await cacheIn(t, path, origin);
  cache.prefetch([track]);
  await until('the track is whole', () => isWhole(path, track));
  isContent(t, await readFile(join(path, track.hash)), track.content);
});

test('a track that always arrives damaged is given up, told, and tried again when it is wanted anew', async (t) => {
  const path = await folder(t);
  const track = testTrack(MB);
  const origin = await originOf(t, track);
  origin.misbehaviour = (asked, response, content) => {
    if (asked.part === 'index' || asked.from !== chunkBytes) return false;
    sendRange(response, asked, content).end(Buffer.alloc(asked.to - asked.from));
    return true;
  };
  const cache = await cacheIn(t, path, origin);
  cache.prefetch([track]);
  await until('it is given up', () => /damaged/.test(cache.problem));
  t.is(origin.asked.filter((asked) => asked.from === chunkBytes).length, 3);
  await t.throwsAsync(cache.bytes(track.hash, track.bytes).read(0, 10), { message: /damaged/ });
  t.deepEqual(await readdir(path), [`${track.hash}.index`]);

  origin.misbehaviour = () => false;
  cache.prefetch([]);
  t.is(cache.problem, '');
  cache.prefetch([track]);
  isContent(t, await readAll(cache, track), track.content);
});

test('while the server is away reads wait, and they go on when it is back', async (t) => {
  const track = testTrack(2 * MB);
  const origin = await originOf(t, track);
  const cache = await cacheIn(t, await folder(t), origin);
  const bytes = cache.bytes(track.hash, track.bytes);
  await bytes.read(0, 1000);
  await origin.stop();
  const rest = readAll(cache, track);
  await until('the problem is told', () => /nothing listens|broke off/.test(cache.problem));
  await origin.start();
  const back = performance.now();
  isContent(t, await rest, track.content);
  t.true(performance.now() - back < 2000, `it took ${performance.now() - back} ms`);
  t.is(cache.problem, '');
});

test('a server that has moved is followed at once', async (t) => {
  const track = testTrack(2 * MB);
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => silent.close());
  const address = silent.address();
  const origin = await originOf(t, track);
  const cache = await cacheIn(t, await folder(t));
  cache.setServer('127.0.0.1', typeof address === 'object' && address ? address.port : 0);
  const all = readAll(cache, track);
  await once(silent, 'connection');
  const start = performance.now();
  cache.setServer('127.0.0.1', origin.port);
  isContent(t, await all, track.content);
  t.true(performance.now() - start < 1500, `it took ${performance.now() - start} ms`);
});

test('a server that takes the request and stays silent is asked again', async (t) => {
  const track = testTrack(1000);
  const origin = await originOf(t, track);
  let silent = true;
  origin.misbehaviour = () => {
    const wasSilent = silent;
    silent = false;
    return wasSilent;
  };
  const cache = await cacheIn(t, await folder(t), origin);
  isContent(t, await readAll(cache, track), track.content);
});

test('a track that the server does not have is told, and does not hold up others', async (t) => {
  const [missing, other] = [testTrack(MB, 1), testTrack(MB, 2)];
  const origin = await originOf(t, other);
  const cache = await cacheIn(t, await folder(t), origin);
  cache.prefetch([missing, other]);
  const read = readAll(cache, missing);
  isContent(t, await readAll(cache, other), other.content);
  await until('the problem is told', () => /404/.test(cache.problem));
  origin.add(missing);
  isContent(t, await read, missing.content);
});

test('a read that is aborted ends with the reason, others go on', async (t) => {
  const track = testTrack(MB);
  const cache = await cacheIn(t, await folder(t));
  const abort = new AbortController();
  const bytes = cache.bytes(track.hash, track.bytes);
  const aborted = bytes.read(0, 1000, abort.signal);
  const index = cache.index(track.hash, abort.signal);
  const other = bytes.read(0, 1000);
  abort.abort(new Error('not needed any more'));
  await t.throwsAsync(aborted, { message: 'not needed any more' });
  await t.throwsAsync(index, { message: 'not needed any more' });
  cache.setServer('127.0.0.1', (await originOf(t, track)).port);
  t.is((await other).length, 1000);
});

test('stopping ends what waits', async (t) => {
  const track = testTrack(MB);
  const cache = await cacheIn(t, await folder(t));
  const waiting = [cache.bytes(track.hash, track.bytes).read(0, 1000), cache.index(track.hash)];
  const ended = Promise.all(waiting.map((wait) => t.throwsAsync(wait, { message: /stopped/ })));
  await cache.stop();
  await ended;
});

test('what is waited for is fetched before what is fetched ahead', async (t) => {
  const [playing, next, wanted] = [testTrack(4 * MB, 1), testTrack(4 * MB, 2), testTrack(4 * MB, 3)];
  const origin = await originOf(t, playing, next, wanted);
  const cache = await cacheIn(t, await folder(t), origin);
  cache.prefetch([playing, next, wanted]);
  await until('the playing track is on its way', () => cache.held(playing.hash) > 0);
  const asked = origin.asked.length;
  await cache.bytes(wanted.hash, wanted.bytes).read(3 * MB, 1000);
  const before = origin.asked
    .slice(asked)
    .findIndex((one) => one.hash === wanted.hash && one.from === 3 * MB);
  t.true(before >= 0 && before <= 1, `${before} requests came before it`);
});

test('what is fetched ahead is the playing track from where it is read, then the next ones', async (t) => {
  const tracks = [1, 2, 3].map((seed) => testTrack(MB, seed));
  const [playing] = tracks;
  const origin = await originOf(t, ...tracks);
  const cache = await cacheIn(t, await folder(t));
  const waiting = playing && cache.bytes(playing.hash, playing.bytes).read(2 * chunkBytes, 10);
  cache.prefetch(tracks);
  cache.setServer('127.0.0.1', origin.port);
  await waiting;
  await until('all are held', () => tracks.every((track) => cache.held(track.hash) === 1));
  const order = origin.asked
    .filter((one) => one.part === 'bytes')
    .map((one) => [one.hash, one.from / chunkBytes]);
  const [a, b, c] = tracks.map((track) => track.hash);
  t.deepEqual(order, [
    ...[2, 3].map((chunk) => [a, chunk]),
    ...[0, 1, 2, 3].map((chunk) => [b, chunk]),
    ...[0, 1, 2, 3].map((chunk) => [c, chunk]),
    ...[0, 1].map((chunk) => [a, chunk]),
  ]);
});

test('beyond the budget the track used longest ago is evicted, never what plays or is next', async (t) => {
  const path = await folder(t);
  const tracks = [1, 2, 3, 4].map((seed) => testTrack(MB, seed));
  const cache = await cacheIn(t, path, await originOf(t, ...tracks), 2.5 * MB);
  for (const track of tracks) {
    cache.prefetch([track]);
    await until('the track is whole', () => isWhole(path, track));
  }
  const kept = async () => (await readdir(path)).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const hashes = tracks.map((track) => track.hash);
  await until('two are left', async () => (await kept()).length === 2);
  t.deepEqual((await kept()).sort(), hashes.slice(2).sort());

  const pinned = tracks.slice(0, 2);
  const small = await cacheIn(t, path, await originOf(t, ...tracks), MB);
  await cache.stop();
  small.prefetch(tracks);
  await until('both are held', () => pinned.every((track) => small.held(track.hash) === 1));
  await until('only they are left', async () => (await kept()).length === 2);
  t.deepEqual((await kept()).sort(), hashes.slice(0, 2).sort());
});

test('a killed speaker goes on fetching where it was', async (t) => {
  const path = await folder(t);
  const track = testTrack(40 * chunkBytes);
  const origin = await originOf(t, track);
  origin.misbehaviour = (asked) => asked.from >= 30 * chunkBytes;
  const script = `
    import pino from 'pino';
    import { MediaCache } from ${JSON.stringify(import.meta.resolve('./media-cache.ts'))};
    const cache = new MediaCache(${JSON.stringify(path)}, 1e9, pino({ level: 'silent' }));
    await cache.start();
    cache.setServer('127.0.0.1', ${origin.port});
    cache.prefetch([{ hash: '${track.hash}', bytes: ${track.bytes} }]);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: 'ignore',
  });
  t.teardown(() => child.kill('SIGKILL'));
  await until('thirty chunks are asked for', () =>
    origin.asked.some((asked) => asked.from >= 30 * chunkBytes),
  );
  child.kill('SIGKILL');
  await once(child, 'exit');

  origin.misbehaviour = () => false;
  origin.asked.length = 0;
  const cache = await cacheIn(t, path, origin);
  isContent(t, await readAll(cache, track), track.content);
  cache.prefetch([track]);
  await until('the track is whole', () => isWhole(path, track));
  const chunks = origin.asked.filter((asked) => asked.part === 'bytes').length;
  t.true(chunks >= 10 && chunks <= 18, `${chunks} of 40 chunks were fetched after the kill`);
});

test('an uploaded track is played from the cache while it is on its way', async (t) => {
  const wav = wavFile(20);
  const store = new MediaStore(await folder(t), 1e9, probeTrack, log);
  await store.start();
  const server = new MediaServer(store, mediaServerDefaults, log);
  const port = await server.start('127.0.0.1', 0);
  t.teardown(() => server.stop());
  const hash = sha256(wav);
  const upload = await fetch(`http://127.0.0.1:${port}/tracks/${hash}`, {
    method: 'PUT',
    body: Buffer.from(wav),
  });
  t.is(upload.status, 200);
  const path = await folder(t);
  const cache = await cacheIn(t, path);
  cache.setServer('127.0.0.1', port);
  const track = { hash, bytes: wav.length, content: wav };
  cache.prefetch([track]);
  t.is((await cache.index(hash)).frames, 20 * 44_100);
  isContent(t, await readAll(cache, track), wav);
  await until('the track is whole', () => isWhole(path, track));
});

test('on a bad line, with the queue changing all the time and little room, every read gets its bytes', async (t) => {
  const tracks = [1, 2, 3, 4, 5].map((seed) => testTrack(300_000 * seed + seed, seed));
  const origin = await originOf(t, ...tracks);
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  origin.misbehaviour = (asked, response, content) => {
    if (asked.part === 'index' || random(4) > 0) return false;
    const some = content.subarray(asked.from, asked.from + random(asked.to - asked.from));
    sendRange(response, asked, content).write(some, () => response.destroy());
    return true;
  };
  const cache = await cacheIn(t, await folder(t), origin, 2 * MB);
  const reader = async () => {
    for (let i = 0; i < 40; i++) {
      const track = tracks[random(5)] ?? testTrack(0);
      const [offset, length] = [random(track.bytes), random(400_000)];
      if (random(3) === 0) cache.prefetch(tracks.slice(random(5)));
      const bytes = await cache.bytes(track.hash, track.bytes).read(offset, length);
      isContent(t, bytes, track.content.subarray(offset, offset + length));
    }
  };
  await Promise.all([reader(), reader(), reader()]);
});

test('damaged files are removed at the start, others left alone', async (t) => {
  const path = await folder(t);
  const track = testTrack(2 * MB);
  const origin = await originOf(t, track);
  const name = (seed: number) => testTrack(100, seed).hash;
  await writeFile(join(path, `${name(1)}.part`), 'bytes without a map');
  await writeFile(join(path, `${name(2)}.chunks`), 'a map without bytes');
  await writeFile(join(path, `${track.hash}.part`), 'half a track');
  await writeFile(join(path, `${track.hash}.chunks`), 'with a damaged map');
  await writeFile(join(path, `${track.hash}.index`), 'and a damaged index');
  await writeFile(join(path, name(3)), '');
  await writeFile(join(path, `${name(4)}.chunks.tmp`), 'unfinished');
  await writeFile(join(path, 'letter.txt'), 'not the cache’s');
  const cache = await cacheIn(t, path, origin);
  t.deepEqual((await readdir(path)).sort(), [`${track.hash}.index`, 'letter.txt'].sort());
  isContent(t, await readAll(cache, track), track.content);
  t.is((await cache.index(track.hash)).hash, track.hash);
});

test('a kept file of another size than the track is replaced', async (t) => {
  const path = await folder(t);
  const track = testTrack(MB);
  await writeFile(join(path, track.hash), 'cut off');
  const cache = await cacheIn(t, path, await originOf(t, track));
  isContent(t, await readAll(cache, track), track.content);
});

const onSmallDisk = process.getuid?.() === 0 ? test : test.skip;
onSmallDisk(
  'on a full disk playing goes on from memory, and the disk is used again (skipped unless root)',
  async (t) => {
    const path = await folder(t);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'jam-test', path]);
    try {
      const [playing, next, other] = [testTrack(8 * MB, 1), testTrack(8 * MB, 2), testTrack(MB, 3)];
      const origin = await originOf(t, playing, next, other);
      const cache = await cacheIn(t, path, origin);
      cache.prefetch([playing, next]);
      await until('the problem is told', () => /disk of the cache is full/.test(cache.problem));
      isContent(t, await readAll(cache, playing), playing.content);
      isContent(t, await readAll(cache, next), next.content);
      isContent(t, await cache.bytes(other.hash, other.bytes).read(0, MB), other.content);
      t.true(cache.held(playing.hash) < 0.5);
      const fetched = origin.asked.filter((asked) => asked.part === 'bytes').length;
      t.true(fetched < 100, `${fetched} requests for 68 chunks`);

      execFileSync('mount', ['-o', 'remount,size=20m', path]);
      cache.prefetch([next]);
      await until('the track is whole', () => isWhole(path, next));
      t.is(cache.problem, '');
      t.is((await stat(join(path, next.hash))).size, next.bytes);
      await cache.stop();
    } finally {
      execFileSync('umount', ['-l', path]);
    }
  },
);

onSmallDisk(
  'a disk that is full before the budget is gets room from old tracks (skipped unless root)',
  async (t) => {
    const path = await folder(t);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'jam-test', path]);
    try {
      const tracks = [1, 2, 3, 4].map((seed) => testTrack(MB, seed));
      const cache = await cacheIn(t, path, await originOf(t, ...tracks));
      for (const track of tracks) {
        cache.prefetch([track]);
        await until('the track is whole', () => isWhole(path, track));
      }
      t.is(cache.problem, '');
      await cache.stop();
    } finally {
      execFileSync('umount', ['-l', path]);
    }
  },
);
