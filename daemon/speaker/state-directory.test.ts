import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { SpeakerFiles, stateDirectoryOf } from './state-directory.ts';

const placed = test.macro({
  title: (_, what: string) => `what a speaker remembers is ${what}`,
  exec: (t, _what: string, cacheDir: string, environment: Record<string, string>, expected: string) =>
    t.is(stateDirectoryOf('living room', cacheDir, environment), expected),
});

const service = { CACHE_DIRECTORY: '/var/cache/jam', STATE_DIRECTORY: '/var/lib/jam/speaker', HOME: '/h' };
test(
  placed,
  'in the state directory of a service',
  '/var/cache/jam',
  service,
  '/var/lib/jam/speaker/living%20room',
);
test(
  placed,
  'there whatever its cache directory',
  '/mnt/disk',
  service,
  '/var/lib/jam/speaker/living%20room',
);
test(
  placed,
  "in a person's own",
  '/h/.cache/jam',
  { HOME: '/h' },
  '/h/.local/state/jam/speakers/living%20room',
);
test(
  placed,
  'where XDG_STATE_HOME says',
  '/c/jam',
  { HOME: '/h', XDG_CACHE_HOME: '/c', XDG_STATE_HOME: '/s' },
  '/s/jam/speakers/living%20room',
);
test(placed, 'beside the tracks in a directory of its own', '/tmp/x', { HOME: '/h' }, '/tmp/x/living%20room');

test('what it remembered among its tracks moves over, once, and stays secret', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'jam-state-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const before = new SpeakerFiles(join(root, 'cache'));
  mkdirSync(join(root, 'cache'));
  writeFileSync(before.identity, 'who');
  writeFileSync(before.keys, 'secret', { mode: 0o600 });
  const files = new SpeakerFiles(join(root, 'state', 'kitchen'));
  files.moveFrom(join(root, 'cache'));
  t.is(readFileSync(files.identity, 'utf8'), 'who');
  t.is(readFileSync(files.keys, 'utf8'), 'secret');
  t.is(statSync(files.keys).mode & 0o077, 0, 'others may read the keys');
  t.false(existsSync(before.identity) || existsSync(before.keys), 'they are still among the tracks');
  t.false(existsSync(files.coordinator));

  writeFileSync(before.identity, 'somebody else');
  files.moveFrom(join(root, 'cache'));
  t.is(readFileSync(files.identity, 'utf8'), 'who', 'what is here already counts');
});

test('in one directory for both everything stays where it is', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'jam-state-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const files = new SpeakerFiles(root);
  writeFileSync(files.identity, 'who');
  files.moveFrom(root);
  t.is(readFileSync(files.identity, 'utf8'), 'who');
});
