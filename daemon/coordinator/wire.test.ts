import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { Dealer, Push, Request, Subscriber } from 'zeromq';
import {
  Envelope,
  LobbyReply,
  LobbyRequest,
  PROTOCOL,
  Report,
  RoomEvent,
  RoomReply,
  RoomRequest,
} from '../../protos/index.ts';
import { Requester } from '../net/requester.ts';
import { eventually, HOST, type Home, startedHome } from './coordinator.fixture.ts';
import { reportOf } from './room/room.fixture.ts';

const MAIN_SLOT = { events: 10, requests: 11, reports: 12 };

test.serial('events are numbered without holes, a heartbeat repeats the last number', async (t) => {
  const home = await startedHome(t, '--security', 'none');
  const events = subscribe(t, home);
  await home.addTrack(30);
  await home.room({ kind: 'play' });
  const seen = await until(events, ({ body }) => body.kind === 'timeline' && body.state === 'PLAYING');
  const told = seen.filter(({ body }) => body.kind !== 'heartbeat').map(({ seq }) => seq);
  t.deepEqual(
    told,
    Array.from(told, (_, i) => (told[0] ?? 0) + i),
  );
  t.is(new Set(seen.map(({ runId }) => runId)).size, 1);
  const [heartbeat] = await until(events, ({ body }) => body.kind === 'heartbeat');
  t.is(heartbeat?.seq, told.at(-1));
});

test.serial('the snapshot says what the events say, up to the same number', async (t) => {
  const home = await startedHome(t, '--security', 'none');
  const events = subscribe(t, home);
  await home.addTrack(30);
  await home.room({ kind: 'play' });
  const seen = await until(events, ({ body }) => body.kind === 'timeline' && body.state === 'PLAYING');
  const room = new Requester(`tcp://${HOST}:${home.port + MAIN_SLOT.requests}`, RoomRequest, RoomReply);
  room.start();
  t.teardown(() => room.stop());
  const snapshot = await room.request({ kind: 'getSnapshot', speakerId: 's1' }, 3000);
  const last = seen.at(-1);
  t.like(snapshot, { kind: 'snapshot', seq: last?.seq, runId: last?.runId });
  if (snapshot.kind === 'snapshot') t.deepEqual({ kind: 'timeline', ...snapshot.timeline }, last?.body);
});

test.serial('a track follows the other by itself, in the same epoch, exactly where that ends', async (t) => {
  const home = await startedHome(t, '--security', 'none');
  await home.addTrack(0.6, 1);
  await home.addTrack(30, 2);
  const events = subscribe(t, home);
  await until(events, ({ body }) => body.kind === 'heartbeat');
  await home.room({ kind: 'play' });
  const seen = await until(events, ({ body }) => body.kind === 'timeline' && body.itemId.endsWith('-2'));
  const timelines = seen.map(({ body }) => body).filter((body) => body.kind === 'timeline');
  const [first, second] = timelines;
  t.is(timelines.length, 2);
  t.is(second?.epoch, first?.epoch);
  t.is(second?.anchorRoomUs, (first?.anchorRoomUs ?? 0) + 600_000);
});

test.serial('another protocol version is refused with both versions', async (t) => {
  const home = await startedHome(t, '--security', 'none');
  const request = { requestId: 'r1', body: { kind: 'getInfo' } } as const;
  const reply = await askRaw(t, home.port, LobbyRequest.encode({ protocol: 99, ...request }));
  const { requestId, body } = LobbyReply.decode(reply);
  t.is(requestId, 'r1');
  t.like(body, { kind: 'failure', code: 'VERSION' });
  t.regex(body.kind === 'failure' ? body.message : '', new RegExp(`99.*${PROTOCOL}`));
  const toRoom = await askRaw(
    t,
    home.port + MAIN_SLOT.requests,
    Envelope.encode({ protocol: 7, requestId: 'r2' }),
  );
  t.like(RoomReply.decode(toRoom), { requestId: 'r2', body: { kind: 'failure', code: 'VERSION' } });
});

test.serial('a request that is not one is answered as such', async (t) => {
  const home = await startedHome(t, '--security', 'none');
  const ports = [
    { port: home.port, replies: LobbyReply },
    { port: home.port + MAIN_SLOT.requests, replies: RoomReply },
  ];
  for (const { port, replies } of ports) {
    const unknown = await askRaw(t, port, Envelope.encode({ protocol: PROTOCOL, requestId: 'r3' }));
    t.like(replies.decode(unknown), { requestId: 'r3', body: { kind: 'failure', code: 'BAD_REQUEST' } });
    const garbage = await askRaw(t, port, Buffer.from('not a message at all'));
    t.like(replies.decode(garbage).body, { kind: 'failure', code: 'BAD_REQUEST' });
  }
});

test.serial('garbage, oversized frames and bytes that are no ZeroMQ at all harm no socket', async (t) => {
  const home = await startedHome(t, '--security', 'none');
  const oversized = Buffer.alloc(5 * 1024 * 1024);
  for (const port of [
    home.port,
    ...Object.values(MAIN_SLOT).map((offset) => home.port + offset),
    home.port + 1,
  ]) {
    await sendText(port, 'GET / HTTP/1.1\r\n\r\n');
    const socket = port === home.port + MAIN_SLOT.reports ? new Push() : new Dealer();
    socket.linger = 200;
    socket.connect(`tcp://${HOST}:${port}`);
    for (const frames of [[''], ['', ''], ['', 'x', 'y'], ['garbage'], ['', oversized]])
      await socket.send(frames).catch(() => {});
    socket.close();
  }
  await home.room({ kind: 'setVolume', volume: 12 });
  t.is((await home.status()).levels.volume, 12);
  t.is(await clockAnswers(t, home), true, 'the clock answers');
  t.is((await home.roomPids()).length, 1);
  t.false(
    home.lines.some((line) => line.includes('restarting')),
    'nothing had to be restarted',
  );
});

test.serial(
  'a flood of reports does not keep the room from its work, or other speakers from theirs',
  async (t) => {
    const home = await startedHome(t, '--security', 'none');
    await home.hello('s1', 'shelf');
    const [flood, honest] = [new Push({ linger: 0 }), new Push({ linger: 0 })];
    for (const socket of [flood, honest]) socket.connect(`tcp://${HOST}:${home.port + MAIN_SLOT.reports}`);
    let flooding = true;
    const flooded = (async () => {
      const bytes = Report.encode(reportOf('stranger'));
      while (flooding) await flood.send(bytes);
    })();
    const status = await eventually('shelf is online', async () => {
      await honest.send(Report.encode(reportOf('s1')));
      const seen = await home.status();
      return seen.speakers[0]?.online ? seen : undefined;
    });
    t.like(status.speakers[0], { online: true, report: { speakerId: 's1' } });
    const from = performance.now();
    await home.status();
    t.true(performance.now() - from < 1000, 'a command is answered within a second');
    flooding = false;
    flood.close();
    honest.close();
    await flooded.catch(() => {});
  },
);

test.serial(
  'a full disk refuses commands with that reason, the music goes on, and room makes it well again',
  async (t) => {
    const home = await startedHome(t, '--security', 'none');
    await home.addTrack(30);
    await home.room({ kind: 'play' });
    const [roomPid = 0] = await home.roomPids();
    for (const pid of [roomPid, home.pid]) limitFileSize(pid, '1');
    const refused = await home.room({ kind: 'setVolume', volume: 10 });
    t.like(refused, { kind: 'failure', code: 'STORAGE' });
    t.log(refused.kind === 'failure' ? refused.message : '');
    t.like(await home.ask({ kind: 'createRoom', name: 'x' }), { kind: 'failure', code: 'STORAGE' });
    t.like(await home.status(), { state: 'PLAYING', levels: { volume: 100 } });
    for (const pid of [roomPid, home.pid]) limitFileSize(pid, 'unlimited');
    t.like(await home.room({ kind: 'setVolume', volume: 10 }), { kind: 'room', body: { kind: 'done' } });
    await home.do({ kind: 'createRoom', name: 'x' });
  },
);

// A limit on the size of files fails writes as a full disk does, and needs no rights.
function limitFileSize(pid: number, bytes: string): void {
  execFileSync('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:`]);
}

function subscribe(t: ExecutionContext, home: Home): Subscriber {
  const socket = new Subscriber({ linger: 0, receiveTimeout: 5000 });
  socket.connect(`tcp://${HOST}:${home.port + MAIN_SLOT.events}`);
  socket.subscribe();
  t.teardown(() => socket.close());
  return socket;
}

/** All events up to the one that is wanted. */
async function until(events: Subscriber, wanted: (event: RoomEvent) => boolean): Promise<RoomEvent[]> {
  const seen: RoomEvent[] = [];
  for await (const [bytes = Buffer.alloc(0)] of events) {
    const event = RoomEvent.decode(bytes);
    seen.push(event);
    if (wanted(event)) break;
  }
  return seen;
}

async function askRaw(t: ExecutionContext, port: number, request: Uint8Array): Promise<Uint8Array> {
  const socket = new Dealer({ linger: 0, receiveTimeout: 5000 });
  t.teardown(() => socket.close());
  socket.connect(`tcp://${HOST}:${port}`);
  await socket.send(['', request]);
  const [, reply] = await socket.receive();
  return reply ?? Buffer.alloc(0);
}

async function clockAnswers(t: ExecutionContext, home: Home): Promise<boolean> {
  const socket = new Request({ linger: 0, receiveTimeout: 5000 });
  t.teardown(() => socket.close());
  socket.connect(`tcp://${HOST}:${home.port + 1}`);
  await socket.send('anything');
  const [reply] = await socket.receive();
  return reply !== undefined && reply.length > 0;
}

async function sendText(port: number, text: string): Promise<void> {
  const socket = connect(port, HOST);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.end(text);
  await once(socket.resume(), 'close');
}
