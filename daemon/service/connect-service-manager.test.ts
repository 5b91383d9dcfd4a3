import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import koffi from 'koffi';
import type { Logger } from '../logger.ts';
import { localUs } from '../units.ts';
import { connectServiceManager } from './connect-service-manager.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

/** The other end, as systemd has it: a bound datagram socket. */
function listen(path: string): { receive(): string | undefined } {
  const libc = koffi.load('libc.so.6');
  const fd = libc.func('int socket(int domain, int type, int protocol)')(AF_UNIX, SOCK_DGRAM, 0);
  const name = path.replace(/^@/, '\0');
  const address = Buffer.concat([Buffer.of(AF_UNIX, 0), Buffer.from(name)]);
  const bound = libc.func('int bind(int socket, const void *address, unsigned int length)');
  if (bound(fd, address, address.length) !== 0) throw new Error(`${path} can't be bound`);
  const recv = libc.func('long recv(int socket, void *text, size_t length, int flags)');
  return {
    receive: () => {
      const text = Buffer.alloc(1024);
      const length = Number(recv(fd, text, text.length, MSG_DONTWAIT));
      return length < 0 ? undefined : text.toString('utf8', 0, length);
    },
  };
}

function listeningLogger() {
  const lines: unknown[] = [];
  const note = (line: unknown) => void lines.push(line);
  return { lines, logger: { debug: note, info: note, warn: note, error: note } as Logger };
}

async function somePath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'jam-notify-')), 'socket');
}

for (const [kind, addressOf] of [
  ['a path', (path: string) => path],
  ['an abstract name', (path: string) => `@${path}`],
] as const) {
  test(`systemd hears at ${kind} what the daemon tells`, async (t) => {
    const address = addressOf(await somePath());
    const systemd = listen(address);
    const environment = { NOTIFY_SOCKET: address, WATCHDOG_USEC: '10000000', WATCHDOG_PID: `${process.pid}` };
    const manager = await connectServiceManager(environment, listeningLogger().logger);
    manager.ready();
    manager.status('plays – “ä”');
    manager.alive(localUs(0));
    manager.stopping();
    const messages = Array.from({ length: 5 }, () => systemd.receive());
    t.deepEqual(messages, ['READY=1', 'STATUS=plays – “ä”', 'WATCHDOG=1', 'STOPPING=1', undefined]);
  });
}

test('what a daemon starts can’t take the service manager for its own', async (t) => {
  const environment = { NOTIFY_SOCKET: await somePath(), WATCHDOG_USEC: '1', PATH: '/bin' };
  await connectServiceManager(environment, listeningLogger().logger);
  t.deepEqual(Object.keys(environment), ['PATH']);
});

test('a watchdog that waits for another process is not fed', async (t) => {
  const address = await somePath();
  const systemd = listen(address);
  const environment = { NOTIFY_SOCKET: address, WATCHDOG_USEC: '10000000', WATCHDOG_PID: '1' };
  (await connectServiceManager(environment, listeningLogger().logger)).alive(localUs(0));
  t.is(systemd.receive(), undefined);
});

test('without systemd, or with one that has gone, nothing happens', async (t) => {
  const { lines, logger } = listeningLogger();
  (await connectServiceManager({}, logger)).ready();
  (await connectServiceManager({ NOTIFY_SOCKET: await somePath() }, logger)).ready();
  t.deepEqual(lines, []);
});
