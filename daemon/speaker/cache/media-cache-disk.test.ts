import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { chunkBytes } from './chunk-map.ts';
import { cacheIn, folder, isContent, isWhole, MB, originOf, readAll, until } from './media-cache.fixture.ts';
import { testTrack } from './media-origin.fixture.ts';

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
