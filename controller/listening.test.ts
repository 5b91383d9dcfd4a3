import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'ava';
import { listensHere } from './listening.ts';

test('it is known whether something listens at a port of this host', async (t) => {
  for (const address of ['127.0.0.1', '0.0.0.0']) {
    const server = createServer().listen(0, address);
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound ? bound.port : 0;
    t.true(listensHere(port), `at ${address}`);
    server.close();
    await once(server, 'close');
    t.false(listensHere(port), `no more at ${address}`);
  }
});
