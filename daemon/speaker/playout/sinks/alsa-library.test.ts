import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';

/** Opens a device that isn't there in a process of its own, and returns what that printed. */
function openMissingDevice(environment: Record<string, string>) {
  const program = `
    import { monotonicClock } from '${join(import.meta.dirname, '..', '..', '..', 'local-clock.ts')}';
    import { AlsaSink } from '${join(import.meta.dirname, 'alsa-sink.ts')}';
    try { new AlsaSink('nonsense', monotonicClock).open(); } catch (error) { console.log(error.message); }`;
  const env = { ...process.env, ...environment };
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { env, encoding: 'utf8' });
}

test('where ALSA is not installed the package to install is named', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'jam-no-alsa-'));
  writeFileSync(join(folder, 'libasound.so.2'), '');
  const { stdout } = openMissingDevice({ LD_LIBRARY_PATH: folder });
  rmSync(folder, { recursive: true });
  t.regex(stdout, /ALSA is not installed .* libasound2, on Debian 13 and later libasound2t64/);
});

test('libasound prints nothing by itself', (t) => {
  const { stdout, stderr } = openMissingDevice({});
  t.regex(stdout, /no sound device "nonsense"/);
  t.is(stderr, '');
});
