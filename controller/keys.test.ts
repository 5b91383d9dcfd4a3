import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test from 'ava';
import { type Home, newHome } from '../daemon/coordinator/coordinator.fixture.ts';
import { run } from './run.ts';

// jamctl on another host than the coordinator's: it can't read what that has left on its own.

/** A device of a person's, with its own key file. */
class Device {
  readonly #home: Home;
  readonly directory: string;

  constructor(home: Home, directory: string) {
    this.#home = home;
    this.directory = directory;
  }

  get keyFile(): string {
    return join(this.directory, 'jam', 'keys.json');
  }

  async jamctl(args: string[], typed = ''): Promise<{ code: number; output: string }> {
    let output = '';
    const writable = { write: (text: string) => (output += text) };
    const env = { XDG_CONFIG_HOME: this.directory, JAM_KEYS_DIR: join(this.directory, 'nothing') };
    const at = ['--coordinator', `127.0.0.1:${this.#home.port}`];
    const io = { stdout: writable, stderr: writable, stdin: Readable.from([typed]), env };
    return { code: await run([...at, ...args], io), output };
  }
}

test('on another host a person logs in, and is known from then on', async (t) => {
  const home = await newHome(t);
  await home.start();
  const directory = await mkdtemp(join(tmpdir(), 'jam-device-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const device = new Device(home, directory);

  const before = await device.jamctl(['status']);
  t.is(before.code, 10, before.output);
  t.regex(before.output, /log in first/);
  t.is((await stat(device.keyFile)).mode & 0o077, 0);

  const line = await home.logged(/jamctl login NAME --code/);
  const [, code = ''] = /--code (\S+?)\\?"/.exec(line) ?? [];
  const login = await device.jamctl(['login', 'anna', '--code', code], 'a long secret\n');
  t.is(login.code, 0, login.output);
  const after = await device.jamctl(['whoami']);
  t.is(after.code, 0, after.output);
  t.regex(after.output, /anna/);
  t.is((await device.jamctl(['volume', '40'])).code, 0);

  // Set up anew: maybe it isn't the same coordinator at all.
  await home.end('SIGTERM');
  await rm(join(home.dataDir, 'keys'), { recursive: true });
  await home.start();
  const changed = await device.jamctl(['volume', '50']);
  t.is(changed.code, 10, changed.output);
  t.regex(
    changed.output,
    /has the key .*, and had .* before: .*jamctl key forget.*somebody else answers there/s,
  );
  t.is((await device.jamctl(['key', 'forget'])).code, 0);
  const again = await device.jamctl(['volume', '50']);
  t.is(again.code, 0, again.output);
});
