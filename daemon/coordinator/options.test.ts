import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ConfigError } from '../config.ts';
import { readOptions } from './options.ts';

const read = (flags: string[], environment: Record<string, string> = {}) =>
  readOptions(['node', 'jam-coordinator', ...flags], environment);

test('without any settings it is port 7400 on all addresses, named as the host', (t) => {
  t.deepEqual(read([]), {
    name: hostname(),
    listen: '0.0.0.0',
    port: 7400,
    dataDir: join(homedir(), '.local/state/jam'),
    logLevel: 'info',
    metrics: 'local',
    security: 'curve',
    role: 'all',
  });
});

test("data goes to systemd's state directory, else to XDG's, unless a directory is named", (t) => {
  const environment = { STATE_DIRECTORY: '/var/lib/jam', XDG_STATE_HOME: '/home/ann/state' };
  t.is(read([], environment).dataDir, '/var/lib/jam');
  t.is(read([], { XDG_STATE_HOME: '/home/ann/state' }).dataDir, '/home/ann/state/jam');
  t.is(read(['--data-dir', '/srv/jam'], environment).dataDir, '/srv/jam');
});

test('a port that leaves no room for the others is refused, as is an address that is none', (t) => {
  const error = t.throws(() => read(['--port', '65500', '--listen', 'kitchen']), { instanceOf: ConfigError });
  t.regex(error.message, /--port = "65500": a whole number from 1 to 65436/);
  t.regex(error.message, /--listen = "kitchen": an IPv4 address/);
});

test('a room host is told where its lobby is, and nothing else is', (t) => {
  t.like(read(['--role', 'rooms', '--lobby', '10.0.0.1:7500']), { lobby: { host: '10.0.0.1', port: 7500 } });
  t.like(read(['--role', 'rooms', '--lobby', 'study']), { lobby: { host: 'study', port: 7400 } });
  t.throws(() => read(['--role', 'rooms']), { instanceOf: ConfigError, message: /^lobby is not set/ });
  t.throws(() => read(['--lobby', '10.0.0.1']), { instanceOf: ConfigError, message: /without role/ });
});
