import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { environment, jamctl } from './testing/lobby.ts';

// The commands against the coordinator as it ships, in a process of its own.

const coordinatorMain = fileURLToPath(new URL('../daemon/coordinator/main.ts', import.meta.url));
const song = fileURLToPath(new URL('../bench/song/jam-session.mp3', import.meta.url));

// It takes a hundred ports from here on; test files run at the same time.
const port = 20_000 + (process.pid % 120) * 100;
let dir = '';
let coordinator: ChildProcess | undefined;

test.before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'jam-jamctl-'));
  const args = [coordinatorMain, '--listen', '127.0.0.1', '--port', String(port), '--data-dir', dir];
  coordinator = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  await ready(coordinator);
});

async function ready(child: ChildProcess): Promise<void> {
  const started = Promise.withResolvers<void>();
  let log = '';
  child.stderr?.on('data', (text) => {
    log += text;
    if (log.includes('ready')) started.resolve();
  });
  child.once('exit', () => started.reject(new Error(`the coordinator ended: ${log}`)));
  await started.promise;
}

test.after.always(async () => {
  if (coordinator?.exitCode === null) {
    coordinator.kill('SIGTERM');
    await once(coordinator, 'exit');
  }
  await rm(dir, { recursive: true, force: true });
});

/** Runs a command that has to work; its JSON document. */
async function json(t: { is(a: unknown, b: unknown, message: string): unknown }, ...args: string[]) {
  const outcome = await jamctl(port, '--json', ...args);
  t.is(outcome.code, 0, `${args.join(' ')}: ${outcome.out}`);
  return JSON.parse(outcome.out);
}

test.serial('a room main is there from the start, empty', async (t) => {
  t.deepEqual(
    (await json(t, 'rooms')).rooms.map((room: { name: string }) => room.name),
    ['main'],
  );
  t.like(await json(t, 'status'), { room: 'main', state: 'stopped', track: null, queueLength: 0 });
  t.is((await jamctl(port, 'play')).code, 3);
});

test.serial('what is added stands in the queue with its tags; a second time nothing is sent', async (t) => {
  const { added } = await json(t, 'add', song, song);
  t.is(added.length, 2);
  const { items, current } = await json(t, 'queue');
  t.is(items.length, 2);
  t.is(current, 1);
  t.not(items[0].title, '');
  t.is(items[0].hash, items[1].hash);
  t.true(items[0].durationS > 30, `${items[0].durationS} s`);
});

test.serial(
  'a file that is no music is refused by name, and the rest of the room is as it was',
  async (t) => {
    const garbage = join(dir, 'garbage.mp3');
    await writeFile(garbage, Buffer.alloc(50_000, 'no music '));
    const outcome = await jamctl(port, 'add', garbage);
    t.is(outcome.code, 8, outcome.err);
    t.regex(outcome.err, /garbage\.mp3/);
    t.is((await json(t, 'queue')).items.length, 2);
  },
);

test.serial('playing, seeking, pausing and skipping change the state as told', async (t) => {
  await json(t, 'play');
  t.is((await json(t, 'status')).state, 'playing');
  await json(t, 'pause');
  await json(t, 'seek', '0:20');
  await json(t, 'seek', '-5');
  let paused = await json(t, 'status');
  while (paused.startInMs > 0) paused = await json(t, 'status'); // until then the position before is heard
  t.is(paused.state, 'paused');
  t.true(Math.abs(paused.positionS - 15) < 0.5, `position ${paused.positionS} s`);
  await json(t, 'play', '2');
  t.is((await json(t, 'status')).queuePosition, 2);
  await json(t, 'stop');
  t.is((await json(t, 'status')).state, 'stopped');
});

test.serial('positions that are not there are refused', async (t) => {
  for (const args of [
    ['play', '9'],
    ['remove', '9'],
    ['move', '1', '9'],
  ]) {
    t.is((await jamctl(port, ...args)).code, 3, args.join(' '));
  }
});

test.serial('volume and mute are kept', async (t) => {
  await json(t, 'volume', '40');
  await json(t, 'volume', '-15');
  await json(t, 'mute');
  t.deepEqual(await json(t, 'volume'), { room: 'main', volume: 25, muted: true });
  await json(t, 'unmute');
});

test.serial('rooms are created, renamed and deleted, each with a queue of its own', async (t) => {
  await json(t, 'room', 'create', 'attic');
  t.is((await jamctl(port, 'room', 'create', 'attic')).code, 3);
  await json(t, 'room', 'rename', 'attic', 'loft');
  t.is((await json(t, '--room', 'loft', 'queue')).items.length, 0);
  await json(t, 'room', 'delete', 'loft');
  t.is((await jamctl(port, '--room', 'loft', 'status')).code, 3);
});

test.serial('a speaker that does not exist is told by name', async (t) => {
  for (const args of [
    ['speaker', 'move', 'shelf', 'main'],
    ['speaker', 'delay', 'shelf', '5'],
    ['speaker', 'rename', 'shelf', 'desk'],
    ['volume', '--speaker', 'shelf', '5'],
    ['volume', '--speaker', 'shelf'],
    ['mute', '--speaker', 'shelf'],
  ]) {
    const outcome = await jamctl(port, ...args);
    t.is(outcome.code, 3, args.join(' '));
    t.regex(outcome.err, /shelf/);
  }
});

test.serial('tracks are moved, removed and cleared', async (t) => {
  await json(t, 'move', '2', '1');
  await json(t, 'remove', '1');
  t.is((await json(t, 'queue')).items.length, 1);
  await json(t, 'clear');
  t.deepEqual(await json(t, 'queue'), { room: 'main', current: null, items: [] });
});

test.serial('version names the coordinator', async (t) => {
  const { version, coordinator: its } = await json(t, 'version');
  t.is(its.version, version);
});
