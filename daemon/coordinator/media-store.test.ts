import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import pino from 'pino';
import { TrackIndex } from '../../protos/index.ts';
import { probeTrack } from '../media/probe.ts';
import { sha256, wavFile } from './media-store.fixture.ts';
import { MediaStore, MediaStoreError } from './media-store.ts';

const log = pino({ level: 'silent' });

async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'jam-store-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function storeIn(dataDir: string, maxTrackBytes = 1e9): Promise<MediaStore> {
  const store = new MediaStore(dataDir, maxTrackBytes, probeTrack, log);
  await store.start();
  return store;
}

async function* pieces(bytes: Uint8Array, pieceBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function refusal(t: ExecutionContext, added: Promise<unknown>): Promise<MediaStoreError> {
  const error = await t.throwsAsync(added, { instanceOf: MediaStoreError });
  if (!error) throw new Error('nothing was thrown');
  return error;
}

/** What is in the store's folder beside whole tracks. */
async function litter(dataDir: string): Promise<string[]> {
  const names = await readdir(join(dataDir, 'tracks'), { recursive: true });
  return names.filter((name) => name !== 'incoming' && !/^[0-9a-f]{64}(\.index|\.json)?$/.test(name));
}

test('an added track can be listed, opened and indexed, also by the next run', async (t) => {
  const dataDir = await folder(t);
  const wav = wavFile(1);
  const added = await (await storeIn(dataDir)).add(sha256(wav), 'One.wav', pieces(wav));
  t.is(added.bytes, wav.length);
  const store = await storeIn(dataDir);
  t.deepEqual(await store.list(), [added]);
  t.true(await store.has(added.hash));
  const stored = await store.open(added.hash);
  t.true((await stored?.file.readFile())?.equals(wav));
  await stored?.file.close();
  t.is(TrackIndex.decode((await store.index(added.hash)) ?? new Uint8Array()).hash, added.hash);
});

test('bytes that are not what the name says are refused and leave nothing behind', async (t) => {
  const dataDir = await folder(t);
  const store = await storeIn(dataDir);
  const error = await refusal(t, store.add('0'.repeat(64), 'One.wav', pieces(wavFile(1))));
  t.is(error.code, 'BAD_REQUEST');
  t.regex(error.message, /One\.wav.*checksum/);
  t.deepEqual(await store.list(), []);
  t.deepEqual(await litter(dataDir), []);
});

test('garbage and nothing at all are refused and leave nothing behind', async (t) => {
  const dataDir = await folder(t);
  const store = await storeIn(dataDir);
  for (const bytes of [Buffer.from('no music in here. '.repeat(500)), Buffer.alloc(0)]) {
    const error = await refusal(t, store.add(sha256(bytes), 'One.mp3', pieces(bytes)));
    t.is(error.code, 'BAD_MEDIA', error.message);
  }
  t.deepEqual(await store.list(), []);
  t.deepEqual(await litter(dataDir), []);
});

test('a track above the limit is refused by its limit and leaves nothing behind', async (t) => {
  const dataDir = await folder(t);
  const store = await storeIn(dataDir, 2e6);
  const wav = wavFile(30);
  const error = await refusal(t, store.add(sha256(wav), 'Long.wav', pieces(wav)));
  t.is(error.code, 'REFUSED');
  t.regex(error.message, /Long\.wav.*2 MB/);
  t.deepEqual(await litter(dataDir), []);
});

test('an upload that breaks off leaves nothing behind', async (t) => {
  const dataDir = await folder(t);
  const store = await storeIn(dataDir);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(1000);
    throw new Error('the line went dead');
  }
  await t.throwsAsync(store.add('0'.repeat(64), 'One.wav', broken()), { message: 'the line went dead' });
  t.deepEqual(await litter(dataDir), []);
});

test('what an earlier run was killed over is removed at the start', async (t) => {
  const dataDir = await folder(t);
  await mkdir(join(dataDir, 'tracks', 'incoming'), { recursive: true });
  await writeFile(join(dataDir, 'tracks', 'incoming', 'half'), 'half a track');
  await storeIn(dataDir);
  t.deepEqual(await litter(dataDir), []);
});

test('the same track added several times at once is stored once', async (t) => {
  const dataDir = await folder(t);
  const store = await storeIn(dataDir);
  const wav = wavFile(1);
  const add = () => store.add(sha256(wav), 'One.wav', pieces(wav));
  const [first, second] = await Promise.all([add(), add(), add()]);
  t.deepEqual(first, second);
  t.deepEqual(await store.list(), first ? [first] : []);
  t.deepEqual(await litter(dataDir), []);
});

test('nothing but a hash names a track', async (t) => {
  const store = await storeIn(await folder(t));
  for (const name of ['', '..', '../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(64)}.json`]) {
    t.is(await store.open(name), undefined, name);
    t.is(await store.index(name), undefined, name);
    t.is((await refusal(t, store.add(name, 'x', pieces(wavFile(1))))).code, 'BAD_REQUEST', name);
  }
});

test('a track whose description is damaged counts as missing and is mended by adding it again', async (t) => {
  const dataDir = await folder(t);
  const store = await storeIn(dataDir);
  const wav = wavFile(1);
  const added = await store.add(sha256(wav), 'One.wav', pieces(wav));
  await writeFile(join(dataDir, 'tracks', `${added.hash}.json`), '{"hash":');
  t.false(await store.has(added.hash));
  await store.add(sha256(wav), 'One.wav', pieces(wav));
  t.deepEqual(await store.list(), [added]);
});

const onSmallDisk = process.getuid?.() === 0 ? test : test.skip;
onSmallDisk('a full disk refuses the track, says so, and goes on (skipped unless root)', async (t) => {
  const dataDir = await folder(t);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'jam-test', dataDir]);
  try {
    const store = await storeIn(dataDir);
    const long = wavFile(30);
    const error = await refusal(t, store.add(sha256(long), 'Long.wav', pieces(long)));
    t.is(error.code, 'STORAGE');
    t.regex(error.message, /disk is full.*Long\.wav/);
    t.deepEqual(await litter(dataDir), []);
    const short = wavFile(1);
    t.is((await store.add(sha256(short), 'Short.wav', pieces(short))).hash, sha256(short));
  } finally {
    execFileSync('umount', [dataDir]);
  }
});
