import { join } from 'node:path';
import test from 'ava';
import { messageOf } from '../../errno.ts';
import { Lab, type Running, until } from './lab.fixture.ts';

// Two homes on one network, a speaker and a person: real programs on hosts of their own.

const lab = new Lab();
let forbidden = '';
let attic: Running;
let kitchen: Running;

const coordinator = (host: string): Running =>
  lab.run(
    host,
    'daemon/coordinator/main.ts',
    ...['--name', host, '--data-dir', join(lab.directory, host), '--security', 'none'],
  );

const speaker = (...flags: string[]): Running => {
  const sink = `sim:ppm=0,record=${join(lab.directory, 'kitchen.wav')}`;
  const own = ['--name', 'kitchen', '--sink', sink, '--cache-dir', join(lab.directory, 'cache')];
  return lab.run('speaker', 'daemon/speaker/main.ts', ...own, ...flags);
};

test.before(async () => {
  try {
    lab.start({ attic: '10.77.0.1', cellar: '10.77.0.2', speaker: '10.77.0.3' });
  } catch (error) {
    forbidden = messageOf(error);
    return;
  }
  attic = coordinator('attic');
  const cellar = coordinator('cellar');
  for (const one of [attic, cellar])
    await until('a coordinator to announce itself', () => /announced as/.test(one.log()), one.log);
});

test.after.always(async () => {
  await lab.stop();
});

const promise = (title: string, run: (t: import('ava').ExecutionContext) => Promise<void>): void =>
  test.serial(title, async (t) => {
    if (forbidden === '') return run(t);
    t.log(`not tried, network namespaces aren't permitted here: ${forbidden}`);
    t.pass();
  });

const isOnline = async (): Promise<boolean> => {
  const { output } = await lab.jamctl('attic', 'speakers', '--json');
  return /"name":"kitchen"[^}]*"online":true/.test(output);
};

promise('jamctl tells two coordinators apart, and which is meant has to be said', async (t) => {
  const { exitCode, output } = await lab.jamctl('speaker', 'rooms');
  t.is(exitCode, 2, output);
  t.regex(output, /2 coordinators are here: attic at 10\.77\.0\.1:7400, cellar at 10\.77\.0\.2:7400/);
  const named = await lab.jamctl('speaker', '--coordinator', 'cellar', 'version');
  t.regex(named.output, /coordinator cellar at 10\.77\.0\.2:7400/);
  const fixed = await lab.jamctl('speaker', '--coordinator', '10.77.0.1', 'version');
  t.regex(fixed.output, /coordinator attic at 10\.77\.0\.1:7400/);
  const own = await lab.jamctl('cellar', 'version');
  t.regex(own.output, /coordinator cellar at localhost:7400/);
});

promise('a speaker finds the coordinator that it is told the name of', async (t) => {
  kitchen = speaker('--coordinator', 'attic');
  await until('the speaker to be with attic', isOnline, kitchen.log);
  t.regex(kitchen.log(), /found the coordinator attic at 10\.77\.0\.1:7400/);
});

promise('it goes back to that one after a restart, though it finds both', async (t) => {
  await kitchen.end();
  kitchen = speaker();
  await until(
    'the speaker to be with attic again',
    async () => /plays in room/.test(kitchen.log()),
    kitchen.log,
  );
  t.regex(kitchen.log(), /looks for its coordinator at 10\.77\.0\.1:7400/);
});

promise('it follows when that one has another address', async (t) => {
  lab.moveHost('attic', '10.77.0.1', '10.77.0.11');
  const moved = /found the coordinator attic at 10\.77\.0\.11:7400/;
  await until(
    'the speaker to follow',
    () => moved.test(kitchen.log()),
    () => kitchen.log() + attic.log(),
  );
  await until('the speaker to be with attic at its new address', isOnline, kitchen.log);
  t.pass();
});

promise(
  'a coordinator that stops is not announced any more, and the other is the one that is meant',
  async (t) => {
    await attic.end();
    const { exitCode, output } = await lab.jamctl('speaker', 'version');
    t.is(exitCode, 0, output);
    t.regex(output, /coordinator cellar at 10\.77\.0\.2:7400/);
  },
);
