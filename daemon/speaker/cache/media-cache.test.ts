import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { MediaServer, mediaServerDefaults } from '../../coordinator/media-server.ts';
import { sha256, wavFile } from '../../coordinator/media-store.fixture.ts';
import { MediaStore } from '../../coordinator/media-store.ts';
import { probeTrack } from '../../media/probe.ts';
import { chunkBytes } from './chunk-map.ts';
import {
  cacheIn,
  folder,
  isContent,
  isWhole,
  log,
  MB,
  originOf,
  readAll,
  until,
} from './media-cache.fixture.ts';
import { sendRange, testTrack } from './media-origin.fixture.ts';

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
