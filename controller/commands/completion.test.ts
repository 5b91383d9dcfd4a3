import { spawnSync } from 'node:child_process';
import test from 'ava';
import { jamctl } from '../testing/lobby.ts';

/** What bash offers when Tab is pressed after the words. */
async function complete(...words: string[]): Promise<string[]> {
  const script = (await jamctl(9, 'completion', 'bash')).out;
  const quoted = ['jamctl', ...words].map((word) => `'${word}'`).join(' ');
  const press = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _jamctl 2>&1; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${press}`], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout.split('\n').filter(Boolean);
}

test('bash completes commands', async (t) => {
  t.deepEqual(await complete('pl'), ['play']);
  t.true((await complete('')).includes('status'));
});

test('bash completes subcommands, also after options', async (t) => {
  t.deepEqual(await complete('speaker', 're'), ['rename']);
  t.deepEqual(await complete('--json', 'room', 'cr'), ['create']);
  t.deepEqual(await complete('--room', 'attic', 'pl'), ['play']);
});

test('bash completes the options of the command, and the global ones', async (t) => {
  t.deepEqual(await complete('volume', '--sp'), ['--speaker']);
  t.deepEqual(await complete('volume', '5', '--js'), ['--json']);
  t.deepEqual(await complete('pause', '--sp'), []);
});

test('bash completes file names after add', async (t) => {
  t.true((await complete('add', 'completion.t')).includes('completion.test.ts'));
});

test('every command is in the scripts for zsh and fish', async (t) => {
  for (const shell of ['zsh', 'fish']) {
    const script = (await jamctl(9, 'completion', shell)).out;
    for (const name of ['add', 'seek', 'watch', 'speakers', 'rename', 'completion']) {
      t.true(script.includes(name), `${name} is missing for ${shell}`);
    }
  }
});
