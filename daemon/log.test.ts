import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isJournal, journalLine } from './log-journal.ts';

const logModule = new URL('log.ts', import.meta.url).href;

/** What a program writes to its stderr, which is a file here; asJournal: systemd says that it is the journal's. */
function logged(t: ExecutionContext, statements: string, asJournal = false, room?: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'jam-log-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'stderr');
  const fd = openSync(path, 'w');
  const { dev, ino } = fstatSync(fd, { bigint: true });
  const script = `import { createLogger } from '${logModule}';
    const log = await createLogger('info'${room ? `, '${room}'` : ''}); ${statements}`;
  const env = { ...process.env, ...(asJournal && { JOURNAL_STREAM: `${dev}:${ino}` }) };
  const { status } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'inherit', fd],
    env,
  });
  closeSync(fd);
  const text = readFileSync(path, 'utf8');
  t.is(status, 0, text);
  return text.split('\n').slice(0, -1);
}

test('into a file or pipe each event is a line of JSON', (t) => {
  const [line = '', ...more] = logged(t, `log.warn({ bytes: 3 }, 'odd')`);
  t.deepEqual(more, []);
  const { time, ...rest } = JSON.parse(line);
  t.deepEqual(rest, { level: 'warn', bytes: 3, msg: 'odd' });
  t.regex(time, /^\d{4}-\d\d-\d\dT/);
});

test("in systemd's journal each event is one line with its priority and without a time", (t) => {
  const lines = logged(
    t,
    `log.info('ready'); log.warn({ hash: 'ab', bytes: 3 }, 'odd'); log.error({ err: new Error('x') }, 'bad\\nnews');`,
    true,
    'main',
  );
  t.is(lines.length, 3, lines.join('\n'));
  t.is(lines[0], '<6>room main: ready');
  t.is(lines[1], '<4>room main: odd (hash="ab", bytes=3)');
  t.regex(lines[2] ?? '', /^<3>room main: bad news \[Error: x < at .+\]$/);
});

test('only what systemd names is the journal', (t) => {
  const { dev, ino } = fstatSync(0, { bigint: true });
  t.true(isJournal(`${dev}:${ino}`, 0));
  t.false(isJournal(`${dev}:${ino + 1n}`, 0));
  t.false(isJournal(undefined, 0));
  t.is(journalLine('{"level":"debug","time":"2026","msg":"m"}'), '<7>m\n');
});

test('a runaway error is logged once, with how often it came when the program ends; other lines all come', (t) => {
  const lines = logged(
    t,
    `for (let i = 0; i < 1000; i += 1) { log.error('disk full: ' + i); log.info('played ' + i); }`,
  ).map((line) => JSON.parse(line));
  t.is(lines.filter(({ level }) => level === 'info').length, 1000);
  t.deepEqual(
    lines.filter(({ level }) => level === 'error').map(({ msg }) => msg),
    ['disk full: 0', 'disk full: 999 … and 999 more times in the last minute'],
  );
});
