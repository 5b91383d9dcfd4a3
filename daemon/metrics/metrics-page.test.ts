import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import test, { type ExecutionContext } from 'ava';
import pino from 'pino';
import { createServer } from '../net/http.ts';
import type { HomeFacts } from './facts.ts';
import { home } from './home.fixture.ts';
import { isLoopback, type MetricsFor, MetricsPage } from './metrics-page.ts';

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

async function served(
  t: ExecutionContext,
  audience: MetricsFor,
  gather: () => Promise<HomeFacts> = async () => home,
): Promise<number> {
  const page = new MetricsPage(audience, gather, pino({ level: 'silent' }));
  const server = createServer((request, response) => void page.answer(request, response));
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('this host may read the metrics; whoever comes from outside is told how to allow it', async (t) => {
  const port = await served(t, 'local');
  const reply = await fetch(`http://127.0.0.1:${port}/metrics`);
  t.is(reply.status, 200);
  t.regex(reply.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  t.regex(await reply.text(), /^jam_room_up\{room="main"\} 1$/m);
  if (!outside) return t.log('not tried from outside: this machine has no other address than loopback');
  const refused = await fetch(`http://${outside}:${port}/metrics`);
  t.is(refused.status, 403);
  t.regex(await refused.text(), /--metrics any/);
});

test('with --metrics any everybody may, with off nobody', async (t) => {
  if (outside) t.is((await fetch(`http://${outside}:${await served(t, 'any')}/metrics`)).status, 200);
  t.is((await fetch(`http://127.0.0.1:${await served(t, 'off')}/metrics`)).status, 404);
});

test('facts that cannot be gathered are a failure of this page only', async (t) => {
  const port = await served(t, 'local', () => Promise.reject(new Error('no disk')));
  t.is((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 500);
  t.is((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 500);
});

test('loopback is told by its address, in either form', (t) => {
  for (const address of ['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'])
    t.true(isLoopback(address), address);
  for (const address of ['192.168.1.2', '::ffff:10.0.0.1', 'fe80::1', undefined])
    t.false(isLoopback(address), address);
});
