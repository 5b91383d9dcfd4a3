import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { chunkBytes } from './chunk-map.ts';
import { cacheIn, folder, isContent, isWhole, MB, originOf, readAll, until } from './media-cache.fixture.ts';
import { sendRange, testTrack } from './media-origin.fixture.ts';

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
