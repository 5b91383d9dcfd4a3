import { spawnSync } from 'node:child_process';
import test from 'ava';
import { Command } from 'commander';
import { manPage } from './man-page.ts';
import { completions, manPages } from './manuals.ts';

const about = { date: '2026-11-22', version: '1.2.3', seeAlso: ['other'], files: [] } as const;

test('a man page holds what the help does: options, commands, and what is below them', (t) => {
  const program = new Command('tune')
    .description('Tunes an instrument.')
    .option('--pitch <hz>', 'of the A')
    .addHelpText('after', '\nExample:\n  tune --pitch 442\n');
  program.command('check <string>').description('say whether a string is in tune');
  const page = manPage(program, about);
  t.true(page.includes('.TH TUNE 1 "2026-11-22" "jam 1.2.3"'));
  t.true(page.includes('tune \\- tunes an instrument\n'));
  t.true(page.includes('.B \\-\\-pitch <hz>\nof the A\n'));
  t.true(page.includes('.SS check [options] <string>\nsay whether a string is in tune\n'));
  t.true(page.includes('.SH EXAMPLE\n.EX\n  tune \\-\\-pitch 442\n.EE\n'));
  t.true(page.endsWith('.SH SEE ALSO\n.BR other (1)\n'));
});

test('text that troff would take for a request is shown', (t) => {
  const page = manPage(new Command('x').description(".config and 'quotes' \\ there."), about);
  t.true(page.includes("\n\\&.config and 'quotes' \\e there.\n"));
});

test('each program has a page, that man reads without complaint', (t) => {
  const pages = manPages('1.2.3', '2026-11-22');
  t.deepEqual(
    [...pages.keys()],
    ['jamctl', 'jam-coordinator', 'jam-speaker'].map((name) => `usr/share/man/man1/${name}.1`),
  );
  const groff = spawnSync('groff', ['-ww', '-man', '-Tutf8', '-z'], { input: [...pages.values()].join('') });
  if (!groff.error) t.is(groff.stderr.toString(), '');
});

test('bash takes its completion', (t) => {
  const script = completions().get('usr/share/bash-completion/completions/jamctl');
  t.is(spawnSync('bash', ['-n'], { input: script }).status, 0);
});
