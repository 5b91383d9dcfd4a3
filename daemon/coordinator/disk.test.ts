import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { type Home, newHome, startedHome } from './coordinator.fixture.ts';

// What the disk does to a coordinator: full, and written by a newer Jam.

test.serial('a full disk refuses new commands with that reason, and room makes it well again', async (t) => {
  const home = await newHome(t);
  const full = mountedSmall(t, home.dataDir);
  if (!full) return t.pass();
  await home.start();
  await home.room({ kind: 'setVolume', volume: 50 });
  const stop = fill(home.dataDir);
  // What SQLite has of its log already can take some more.
  const volume = await untilRefused(home, (n) => home.room({ kind: 'setVolume', volume: n % 100 }), 50);
  await untilRefused(home, (n) => home.ask({ kind: 'createRoom', name: `room ${n}` }), 0);
  t.is((await home.status()).levels.volume, volume, 'what was accepted last counts');
  stop();
  t.like(await home.room({ kind: 'setVolume', volume: 77 }), { kind: 'room', body: { kind: 'done' } });
  await home.do({ kind: 'createRoom', name: 'after' });
  await home.end('SIGKILL');
  await home.start();
  t.is((await home.status()).levels.volume, 77);
  t.is((await home.status('after')).roomName, 'after');
});

test.serial(
  "a room's database of a newer Jam: the room says so, and the file is left as it is",
  async (t) => {
    const home = await startedHome(t);
    await home.room({ kind: 'setVolume', volume: 50 });
    await home.end('SIGTERM');
    const [name = ''] = await home.roomDatabases();
    const before = madeNewer(join(home.dataDir, 'rooms', name));
    home.spawn();
    await home.logged(/can't start: .*newer Jam/);
    t.deepEqual(before(), []);
  },
);

test.serial(
  "a lobby's database of a newer Jam: it doesn't start, says so, and touches nothing",
  async (t) => {
    const home = await startedHome(t);
    await home.end('SIGTERM');
    const changed = madeNewer(join(home.dataDir, 'lobby.db'));
    home.spawn();
    t.is(await home.ended(), 1);
    t.regex(
      home.lines.at(-1) ?? '',
      /lobby\.db was written by a newer Jam \(version 99, this one knows \d+\)/,
    );
    t.deepEqual(changed(), []);
  },
);

/** Makes the data directory a disk of its own, of some megabytes; false where that isn't allowed. */
function mountedSmall(t: ExecutionContext, directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    t.log(
      `left out, because this test can't mount a small disk: ${error instanceof Error ? error.message : ''}`,
    );
    return false;
  }
  t.teardown(() => execFileSync('umount', ['--lazy', directory]));
  return true;
}

/** Takes all of the disk; returns what gives it back. */
function fill(directory: string): () => void {
  const path = join(directory, 'filler');
  mkdirSync(path);
  for (const bytes of [65_536, 4096, 512])
    for (let i = 0; ; i += 1) {
      try {
        writeFileSync(join(path, `${bytes}-${i}`), Buffer.alloc(bytes));
      } catch {
        break;
      }
    }
  return () => rmSync(path, { recursive: true });
}

/** Asks until it's refused for want of room; resolves to the number of the last that was accepted, or else before. */
async function untilRefused(
  home: Home,
  ask: (n: number) => ReturnType<Home['ask']>,
  before: number,
): Promise<number> {
  let accepted = before;
  for (let n = 0; n < 5000; n += 1) {
    const reply = await ask(n);
    const answer = reply.kind === 'room' ? reply.body : reply;
    if (answer.kind === 'done') accepted = n % 100;
    else if (answer.kind === 'failure' && answer.code === 'STORAGE') return accepted;
    else throw new Error(`${JSON.stringify(answer)}\n${home.lines.join('\n')}`);
  }
  throw new Error('the disk is full, and everything is accepted');
}

/** Gives a database a version that doesn't exist yet; returns which of its folder's files have changed since. */
function madeNewer(path: string): () => string[] {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  const folder = join(path, '..');
  const read = () =>
    new Map(
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.db(-wal)?$/.test(entry.name))
        .map((entry) => [entry.name, readFileSync(join(folder, entry.name), 'base64')]),
    );
  const before = read();
  return () => [...read()].filter(([name, bytes]) => before.get(name) !== bytes).map(([name]) => name);
}
