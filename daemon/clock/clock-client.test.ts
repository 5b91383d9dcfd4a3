import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { Dealer, Reply } from 'zeromq';
import { ClockReply, ClockRequest, PROTOCOL } from '../../protos/index.ts';
import { ClockResponder } from '../coordinator/clock-responder.ts';
import { monotonicClock } from '../local-clock.ts';
import { localUs } from '../units.ts';
import { ClockClient, type ClockClientOptions } from './clock-client.ts';
import type { ClockUpdate } from './clock-sync.ts';
import { DriftStore } from './drift-store.ts';

const firstPort = 20_000 + (process.pid % 2000) * 10;
let ports = 0;
const freeAddress = () => `tcp://127.0.0.1:${firstPort + ports++}`;

/** A client whose updates and problems can be waited for. */
function clientOf(address: string, more: Partial<ClockClientOptions> = {}) {
  const waiting: { wanted: (update: ClockUpdate) => boolean; found: (update: ClockUpdate) => void }[] = [];
  const problem = Promise.withResolvers<string>();
  const client = new ClockClient({
    address,
    clock: monotonicClock,
    onUpdate(update) {
      for (const { found } of waiting.filter(({ wanted }) => wanted(update))) found(update);
    },
    onProblem: problem.resolve,
    ...more,
  });
  const next = (wanted: (update: ClockUpdate) => boolean) =>
    new Promise<ClockUpdate>((found) => waiting.push({ wanted, found }));
  return { client, next, problem: problem.promise };
}

const synchronized = (update: ClockUpdate) => update.report.state === 'SYNCHRONIZED';

test('on one host, client and responder agree within the error bound', async (t) => {
  const address = freeAddress();
  const responder = new ClockResponder(monotonicClock, 'host');
  await responder.start(address);
  const { client, next } = clientOf(address);
  client.start();
  const { map, report } = await next(synchronized);
  t.is(map?.clockId, 'host');
  t.true(Math.abs(report.offsetUs) <= report.errorBoundUs, `${report.offsetUs} ± ${report.errorBoundUs} µs`);
  t.true(report.delayP95Us > 0);
  await client.stop();
  await responder.stop();
});

test('the offset is the room clock less the local one', async (t) => {
  const address = freeAddress();
  const responder = new ClockResponder(() => localUs(monotonicClock() + 5e9), 'host');
  await responder.start(address);
  const { client, next } = clientOf(address);
  client.start();
  const { report } = await next(synchronized);
  t.true(Math.abs(report.offsetUs - 5e9) <= report.errorBoundUs, `is ${report.offsetUs}`);
  await client.stop();
  await responder.stop();
});

test('a responder that starts later, goes away and comes back is followed without a new start', async (t) => {
  const address = freeAddress();
  const { client, next } = clientOf(address);
  client.start();
  t.is((await next(() => true)).report.state, 'UNSYNCHRONIZED');
  for (let run = 0; run < 2; run++) {
    const responder = new ClockResponder(monotonicClock, 'host');
    await responder.start(address);
    await next(synchronized);
    await responder.stop();
    t.is((await next(({ report }) => report.state === 'HOLDOVER')).map?.clockId, 'host');
  }
  await client.stop();
});

test('replies that are lost don’t wedge the client', async (t) => {
  const address = freeAddress();
  const socket = new Reply({ linger: 0 });
  await socket.bind(address);
  const { client, next } = clientOf(address);
  client.start();
  await socket.receive();
  socket.close();
  t.is((await next(() => true)).map, undefined);
  const responder = new ClockResponder(monotonicClock, 'host');
  await responder.start(address);
  await next(synchronized);
  t.pass();
  await client.stop();
  await responder.stop();
});

for (const [name, reply, problem] of [
  ['garbage', () => new Uint8Array([255, 255, 255]), /ClockReply/],
  [
    'a reply to another request',
    () => ClockReply.encode({ protocol: PROTOCOL, t1Us: 1, t2Us: 2, t3Us: 3, clockId: 'x' }),
    /not one to what was asked/,
  ],
  [
    'another protocol',
    (t1Us: number) => ClockReply.encode({ protocol: 99, t1Us, t2Us: 2, t3Us: 3, clockId: 'x' }),
    /protocol 99/,
  ],
] as const) {
  test(`a server that answers with ${name} is told of, and gives no map`, async (t) => {
    const address = freeAddress();
    const socket = new Reply({ linger: 0 });
    await socket.bind(address);
    const served = (async () => {
      for await (const [request] of socket)
        await socket.send(reply(ClockRequest.decode(request ?? new Uint8Array()).t1Us));
    })();
    const { client, next, problem: told } = clientOf(address);
    client.start();
    const [update, message] = await Promise.all([next(() => true), told]);
    t.is(update.map, undefined);
    t.regex(message, problem);
    t.true(message.includes(address), message);
    await client.stop();
    socket.close();
    await served;
  });
}

test('the responder answers garbage, empty, long and foreign requests, and goes on serving', async (t) => {
  const address = freeAddress();
  const responder = new ClockResponder(monotonicClock, 'host');
  await responder.start(address);
  const dealer = new Dealer({ linger: 0, receiveTimeout: 5000 });
  dealer.connect(address);
  const foreign = ClockRequest.encode({ protocol: 99, t1Us: 7 });
  const requests = [[new Uint8Array([255, 1])], [''], ['a', 'b'], [foreign]];
  for (const request of requests) {
    await dealer.send(['', ...request]);
    const [, bytes] = await dealer.receive();
    const reply = ClockReply.decode(bytes ?? new Uint8Array());
    t.is(reply.protocol, PROTOCOL);
    t.is(reply.t1Us, request[0] === foreign ? 7 : 0);
  }
  // Too long, and without REQ's empty frame: ZeroMQ drops these, or the connection.
  await dealer.send(['no envelope']);
  await dealer.send(['', new Uint8Array(5000)]);
  dealer.close();
  const { client, next } = clientOf(address);
  client.start();
  await next(synchronized);
  await client.stop();
  await responder.stop();
});

test('a responder that is stopped just when it is asked ends quietly', async (t) => {
  const stopped = Promise.withResolvers<void>();
  const responder = new ClockResponder(() => {
    stopped.resolve(responder.stop());
    return localUs(0);
  }, 'host');
  const address = await freeAddress();
  await responder.start(address);
  const asker = new Dealer({ linger: 0 });
  asker.connect(address);
  await asker.send(['', ClockRequest.encode({ protocol: PROTOCOL, t1Us: 1 })]);
  await t.notThrowsAsync(stopped.promise);
  asker.close();
});

test('the responder says so when its port is taken', async (t) => {
  const address = freeAddress();
  const first = new ClockResponder(monotonicClock, 'host');
  await first.start(address);
  await t.throwsAsync(new ClockResponder(monotonicClock, 'host').start(address), { code: 'EADDRINUSE' });
  await first.stop();
});

test('a client that never finds its responder stops at once', async (t) => {
  const { client } = clientOf(freeAddress());
  client.start();
  const beforeUs = monotonicClock();
  await client.stop();
  t.true(monotonicClock() - beforeUs < 400e3);
});

test('drifts are kept per peer; a file that is missing or damaged counts as empty', async (t) => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'jam-drift-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const file = path.join(directory, 'cache', 'drift.json');
  const store = new DriftStore(file);
  t.is(await store.load('a'), undefined);
  await store.save('a', -12.5);
  await store.save('b', 3);
  t.is(await new DriftStore(file).load('a'), -12.5);
  t.is(await new DriftStore(file).load('b'), 3);
  for (const damage of ['', '{', '[1,2]', '{"a":"x"}', '{"a":1e9}', '\0\xff']) {
    await writeFile(file, damage);
    t.is(await store.load('a'), undefined, damage);
    await store.save('a', 4);
    t.is(await store.load('a'), 4);
  }
});

test('the drift store keeps the newest 32 peers', async (t) => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'jam-drift-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const file = path.join(directory, 'drift.json');
  const store = new DriftStore(file);
  for (let peer = 0; peer < 40; peer++) await store.save(`peer ${peer}`, peer);
  t.is(Object.keys(JSON.parse(await readFile(file, 'utf8'))).length, 32);
  t.is(await store.load('peer 39'), 39);
  t.is(await store.load('peer 0'), undefined);
});
