import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { mediaPort } from '../coordinator/ports.ts';
import { Household } from './household.ts';
import { tone } from './music.ts';
import { Program } from './program.ts';

// jamctl backup and jam-coordinator restore, as people use them.

const home = new Household();
const small = () => join(home.directory, 'small.tar');
const whole = () => join(home.directory, 'whole.tar');
const dataDir = () => join(home.directory, 'coordinator');

test.before(async () => {
  await home.start();
  const tracks = await Promise.all([300, 400].map((hz) => tone(home.directory, `${hz}.wav`, hz, 3)));
  await home.do('add', ...tracks);
  await home.do('volume', '41');
  await home.do('room', 'create', 'kitchen');
  await home.do('backup', small());
  await home.do('backup', '--with-tracks', whole());
});
test.after.always(() => home.stop());
process.on('exit', () => home.killAll());

/** Runs jam-coordinator restore. */
async function restore(...args: string[]): Promise<{ exitCode: number | null; output: string }> {
  const program = new Program('daemon/coordinator/main.ts', ['restore', ...args]);
  program.start();
  const exitCode = await program.ended();
  return { exitCode, output: program.log };
}

test.serial(
  'a backup is a tar file for its owner alone, with databases, keys and a list of what is in it',
  (t) => {
    t.is(statSync(small()).mode & 0o777, 0o600);
    const names = execFileSync('tar', ['-tf', small()], { encoding: 'utf8' }).trim().split('\n');
    t.is(names[0], './backup.json');
    t.true(names.includes('./lobby.db'));
    t.true(names.includes('./keys/coordinator.json'));
    t.is(names.filter((name) => /rooms\/.+\.db$/.test(name)).length, 2);
    t.false(names.some((name) => name.includes('tracks')));
    t.true(execFileSync('tar', ['-tf', whole()], { encoding: 'utf8' }).includes('tracks/'));
  },
);

test.serial('it is fetched once, encrypted; nothing of it stays with the coordinator', async (t) => {
  const reply = await home.askLobby({ kind: 'makeBackup', withTracks: false });
  if (reply.kind !== 'backupReady') return t.fail(JSON.stringify(reply));
  const url = `http://127.0.0.1:${mediaPort(home.port)}${reply.path}`;
  const first = await fetch(url);
  t.is(first.status, 200);
  t.false(Buffer.from(await first.arrayBuffer()).includes('lobby.db'));
  t.is((await fetch(url)).status, 404);
  const left = () => readdirSync(join(dataDir(), 'backups'));
  for (const untilMs = performance.now() + 5000; left().length > 0 && performance.now() < untilMs; )
    await sleep(20);
  t.deepEqual(left(), []);
});

test.serial('a file that is there is kept unless told otherwise', async (t) => {
  const refused = await home.jamctl('backup', small());
  t.is(refused.exitCode, 3, refused.output);
  await home.do('backup', '--force', small());
});

test.serial('a data directory that a coordinator runs on is left alone', async (t) => {
  const { exitCode, output } = await restore('--data-dir', dataDir(), '--replace', small());
  t.is(exitCode, 1);
  t.regex(output, /used by another jam-coordinator/);
});

test.serial(
  'a backup that is damaged, of a newer Jam, or none is refused, and nothing is changed',
  async (t) => {
    const target = join(home.directory, 'untouched');
    mkdirSync(target);
    writeFileSync(join(target, 'mine'), 'mine');
    const damaged = join(home.directory, 'damaged.tar');
    const bytes = readFileSync(small());
    bytes.fill(0xff, bytes.indexOf('SQLite format 3') + 200, bytes.indexOf('SQLite format 3') + 210);
    writeFileSync(damaged, bytes);
    const cut = join(home.directory, 'cut.tar');
    writeFileSync(cut, readFileSync(small()).subarray(0, 20_000));
    const cases: [string, RegExp][] = [
      [damaged, /\.db is damaged/],
      [cut, /tar has failed|is missing/],
      [newer(), /newer Jam \(version 99/],
      [join(home.directory, '300.wav'), /can't be restored/],
      [join(home.directory, 'nowhere.tar'), /there is no file/],
    ];
    for (const [file, message] of cases) {
      const { exitCode, output } = await restore('--data-dir', target, '--replace', file);
      t.is(exitCode, 1, output);
      t.regex(output, message);
    }
    t.deepEqual(
      readdirSync(target).filter((name) => !name.startsWith('lock')),
      ['mine'],
    );
    t.deepEqual(
      readdirSync(home.directory).filter((name) => name.includes('.restore-')),
      [],
    );
  },
);

/** The backup with a lobby of a version that doesn't exist yet. */
function newer(): string {
  const folder = join(home.directory, 'newer');
  mkdirSync(folder);
  execFileSync('tar', ['-xf', small(), '-C', folder]);
  const path = join(folder, 'lobby.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  const manifest = JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8'));
  for (const file of manifest.files)
    if (file.path === 'lobby.db') {
      file.sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
      file.bytes = statSync(path).size;
    }
  writeFileSync(join(folder, 'backup.json'), JSON.stringify(manifest));
  execFileSync('tar', ['-cf', `${folder}.tar`, '-C', folder, '.']);
  return `${folder}.tar`;
}

test.serial(
  'what was changed since is undone; what was there is kept beside it, and its tracks stay',
  async (t) => {
    await home.do('clear');
    await home.do('room', 'delete', 'kitchen');
    await home.coordinator.stop();
    const refused = await restore('--data-dir', dataDir(), small());
    t.is(refused.exitCode, 1);
    t.regex(refused.output, /not empty: give --replace/);
    const { exitCode, output } = await restore('--data-dir', dataDir(), '--replace', small());
    t.is(exitCode, 0, output);
    t.regex(output, /2 room\(s\), 2 tracks in their queues/);
    t.regex(output, /is in .*coordinator\.before-/);
    await home.startCoordinator();
    const status = await home.status();
    t.like(status, { queueLength: 2, levels: { volume: 41 } });
    t.regex(await home.do('rooms'), /kitchen/);
    t.true(existsSync(join(dataDir(), 'tracks', status?.item?.track.hash ?? 'none')));
  },
);

test.serial(
  'in a new place the queues are there; tracks are if they were asked for, and else are told',
  async (t) => {
    const bare = await restore('--data-dir', join(home.directory, 'bare'), small());
    t.is(bare.exitCode, 0, bare.output);
    t.regex(bare.output, /2 tracks of the queues are missing: add them with "jamctl add"/);
    const full = await restore('--data-dir', join(home.directory, 'full'), whole());
    t.is(full.exitCode, 0, full.output);
    t.notRegex(full.output, /missing|before/);
    const tracks = readdirSync(join(home.directory, 'full', 'tracks'));
    t.is(tracks.filter((name) => /^[0-9a-f]{64}$/.test(name)).length, 2);
    t.is(statSync(join(home.directory, 'full', 'keys', 'coordinator.json')).mode & 0o777, 0o600);
  },
);
