import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readOptions } from '../../daemon/coordinator/options.ts';
import { readSpeakerConfig } from '../../daemon/speaker/config.ts';

// The settings files that the package brings: each setting stands there as a comment.

/** The file with all of its settings in force. */
function inForce(t: ExecutionContext, name: string): string {
  const text = readFileSync(new URL(`etc/${name}`, import.meta.url), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'jam-settings-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name);
  writeFileSync(path, text.replaceAll(/^#(?=[a-z-]+ = )/gm, ''));
  return path;
}

const coordinator = (...flags: string[]) => readOptions(['node', 'jam-coordinator', ...flags], {});

test('what coordinator.toml shows is what is without it, but for names', (t) => {
  const { name, ...settings } = coordinator('--config', inForce(t, 'coordinator.toml'));
  const { name: _, ...defaults } = coordinator();
  t.is(name, 'home');
  t.deepEqual(settings, defaults);
});

test('what room-host.toml shows is what is without it, but for names and the lobby', (t) => {
  const { name, lobby, ...settings } = coordinator(
    '--role',
    'rooms',
    '--config',
    inForce(t, 'room-host.toml'),
  );
  const { name: _, lobby: __, ...defaults } = coordinator('--role', 'rooms', '--lobby', 'study');
  t.deepEqual([name, lobby], ['loft', { host: '192.168.1.10', port: 7400 }]);
  t.deepEqual(settings, defaults);
});

test('what speaker.toml shows is what is without it, but for names and what is unknown', (t) => {
  const { name, coordinator, delayMs, ...settings } = readSpeakerConfig(
    { config: inForce(t, 'speaker.toml') },
    {},
  );
  const { name: _, ...defaults } = readSpeakerConfig({}, {});
  t.deepEqual(
    [name, coordinator, delayMs],
    ['kitchen', { kind: 'place', place: { host: '192.168.1.10', port: 7400 } }, 0],
  );
  t.deepEqual(settings, defaults);
});
