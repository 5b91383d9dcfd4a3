import test from 'ava';
import { Request } from 'zeromq';
import { ClockReply, ClockRequest, PROTOCOL } from '../../../protos/index.ts';
import { monotonicClock } from '../../local-clock.ts';
import { HOST, type Home, newHome } from '../coordinator.fixture.ts';
import { clockPort } from '../ports.ts';

// Time service: a coordinator's clock as its speakers ask for it. Who is let in is the tests of keys' matter.

const ANSWERED_WITHIN_MS = 10_000;

async function started(t: Parameters<typeof newHome>[0]): Promise<Home> {
  const home = await newHome(t);
  await home.start('--security', 'none');
  return home;
}

function connect(home: Home): Request {
  const socket = new Request({ linger: 0, receiveTimeout: ANSWERED_WITHIN_MS });
  socket.connect(`tcp://${HOST}:${clockPort(home.port)}`);
  return socket;
}

/** One clock sample, with the asker's time of the reply. */
async function sample(socket: Request) {
  const t1Us = monotonicClock();
  await socket.send(ClockRequest.encode({ protocol: PROTOCOL, t1Us }));
  const [bytes] = await socket.receive();
  const t4Us = monotonicClock();
  if (!bytes) throw new Error('an empty reply');
  return { ...ClockReply.decode(bytes), t4Us };
}

test('on its own host the four times of a sample are in order, as it is one clock', async (t) => {
  const socket = connect(await started(t));
  for (let i = 0; i < 20; i++) {
    const { t1Us, t2Us, t3Us, t4Us } = await sample(socket);
    t.true(t1Us <= t2Us && t2Us <= t3Us && t3Us <= t4Us, `${[t1Us, t2Us, t3Us, t4Us]}`);
  }
  socket.close();
});

test('each reply has the time that was asked with, and the clock is the same for all who ask', async (t) => {
  const home = await started(t);
  const sockets = [connect(home), connect(home), connect(home)];
  const samples = await Promise.all(sockets.map(sample));
  t.is(new Set(samples.map(({ t1Us }) => t1Us)).size, 3);
  t.is(new Set(samples.map(({ clockId }) => clockId)).size, 1);
  for (const socket of sockets) socket.close();
});

test('after kill -9 and a new start it is the same clock, and goes on', async (t) => {
  const home = await started(t);
  const first = connect(home);
  const before = await sample(first);
  first.close();
  await home.end('SIGKILL');
  await home.start('--security', 'none');
  const second = connect(home);
  const after = await sample(second);
  second.close();
  t.is(after.clockId, before.clockId);
  t.true(after.t2Us > before.t3Us);
});
