import test from 'ava';
import { Push, Subscriber } from 'zeromq';
import { PROTOCOL, Report } from '../../../protos/index.ts';
import { NoReplyError } from '../../net/request.ts';
import { clientOptions } from '../../net/socket-keys.ts';
import { findLocalKeys } from '../../security/runtime-keys.ts';
import { eventually, HOST, type Home, newHome } from '../coordinator.fixture.ts';
import { reportOf, Stranger } from './stranger.fixture.ts';

// A coordinator as it ships, and what those get from it who come over the network with a key of their own.

const MAIN = { events: 10, requests: 11, reports: 12 };
const SECOND = { requests: 14 };

let home: Home;
let remove: () => unknown = () => {};
let everybody: Stranger[] = [];

test.before(async () => {
  home = await newHome({ teardown: (removal) => (remove = removal) });
  await home.start();
  await home.do({ kind: 'createRoom', name: 'attic' });
});

test.after.always(async () => {
  for (const one of everybody) one.stop();
  await remove();
});

function newcomer(name: string): Stranger {
  const keys = findLocalKeys(HOST, home.port, home.environment);
  if (!keys) throw new Error('the coordinator has left no keys');
  const stranger = new Stranger(home.port, keys.server, name);
  everybody = [...everybody, stranger];
  return stranger;
}

async function adopted(name: string): Promise<Stranger> {
  const speaker = newcomer(name);
  await home.do({ kind: 'adoptSpeaker', name, code: await speaker.pair() });
  return speaker;
}

/** Subscribes to main's events as that party; what is heard counts. */
function listen(who: Stranger) {
  const socket = new Subscriber({ reconnectInterval: 50, ...clientOptions(who.keys) });
  socket.connect(`tcp://${HOST}:${home.port + MAIN.events}`);
  socket.subscribe();
  const heard = { events: 0, stop: () => socket.close() };
  void (async () => {
    for await (const _ of socket) heard.events += 1;
  })();
  return heard;
}

test.serial('a stranger may say hello and nothing else, and is told so', async (t) => {
  const stranger = newcomer('stranger');
  t.is((await stranger.hello()).kind, 'pending');
  t.is(await stranger.outcomeOf({ kind: 'getInfo' }), 'info');
  for (const kind of ['listRooms', 'listSpeakers', 'rotateKey', 'getHistory'] as const)
    t.is(await stranger.outcomeOf({ kind, limit: 1 } as never), 'UNAUTHENTICATED', kind);
  const pause = { kind: 'callRoom', room: 'main', command: { body: { kind: 'pause' } } } as const;
  t.is(await stranger.outcomeOf(pause), 'UNAUTHENTICATED');
  t.is(await stranger.outcomeOf({ kind: 'adoptSpeaker', name: 'stranger', code: '1' }), 'UNAUTHENTICATED');
});

test.serial('a speaker is adopted by the code that it shows, which people are shown, too', async (t) => {
  const speaker = newcomer('kitchen');
  const code = await speaker.pair();
  const reply = await home.ask({ kind: 'listSpeakers' });
  const shown = reply.kind === 'speakers' ? reply.speakers.find(({ name }) => name === 'kitchen') : undefined;
  t.like(shown, { pending: true, code });
  const wrong = await home.ask({
    kind: 'adoptSpeaker',
    name: 'kitchen',
    code: code === '000000' ? '1' : '000000',
  });
  t.like(wrong, { kind: 'failure', code: 'REFUSED' });
  t.is((await speaker.hello()).kind, 'pending');
  t.like(await home.ask({ kind: 'adoptSpeaker', name: 'kitchen', code }), { kind: 'done' });
  t.like(await speaker.hello(), { kind: 'assignment', roomName: 'main', name: 'kitchen' });
});

test.serial('nobody takes the id of an adopted speaker', async (t) => {
  const speaker = await adopted('owner');
  await speaker.hello();
  const thief = newcomer('thief');
  t.like(await thief.hello(speaker.speakerId), { kind: 'failure', code: 'FORBIDDEN' });
  const other = await adopted('other');
  t.like(await other.hello(speaker.speakerId), { kind: 'failure', code: 'FORBIDDEN' });
});

test.serial('a speaker commands neither lobby nor room, and asks its room only for itself', async (t) => {
  const speaker = await adopted('shelf');
  await speaker.hello();
  for (const kind of ['listRooms', 'listSpeakers', 'rotateKey', 'listUsers'] as const)
    t.is(await speaker.outcomeOf({ kind }), 'FORBIDDEN', kind);
  const pause = { kind: 'callRoom', room: 'main', command: { body: { kind: 'pause' } } } as const;
  t.is(await speaker.outcomeOf(pause), 'FORBIDDEN');
  const requests = home.port + MAIN.requests;
  const { speakerId } = speaker;
  t.is(await speaker.askRoom(requests, { kind: 'getSnapshot', speakerId }), 'snapshot');
  t.is(await speaker.askRoom(requests, { kind: 'getSnapshot', speakerId: 'another' }), 'FORBIDDEN');
  t.is(await speaker.askRoom(requests, { kind: 'command', body: { kind: 'clear' } }), 'FORBIDDEN');
  t.is(await speaker.askRoom(requests, { kind: 'setMembers', members: [], keys: [] }), 'FORBIDDEN');
});

test.serial('a room lets in its members, and neither strangers nor those of another room', async (t) => {
  const [member, stranger] = [await adopted('member'), newcomer('eavesdropper')];
  await member.hello();
  await stranger.hello();
  const { speakerId } = member;
  const snapshot = { kind: 'getSnapshot', speakerId } as const;
  const attic = member.askRoom(home.port + SECOND.requests, snapshot, 1200);
  await t.throwsAsync(attic, { instanceOf: NoReplyError }, 'another room');
  const main = stranger.askRoom(home.port + MAIN.requests, snapshot, 1200);
  await t.throwsAsync(main, { instanceOf: NoReplyError }, 'a stranger');
  const [heard, overheard] = [listen(member), listen(stranger)];
  await eventually('the member hears the room', async () => (heard.events > 2 ? true : undefined));
  t.is(overheard.events, 0);
  heard.stop();
  overheard.stop();
});

test.serial('a speaker that leaves hears no more of the room, not even on a connection it has', async (t) => {
  const [leaves, stays] = [await adopted('leaves'), await adopted('stays')];
  await leaves.hello();
  await stays.hello();
  const [gone, left] = [listen(leaves), listen(stays)];
  await eventually('both hear the room', async () => (gone.events > 1 && left.events > 1 ? true : undefined));
  await home.do({ kind: 'forgetSpeaker', name: 'leaves' });
  t.is((await leaves.hello()).kind, 'pending', 'and it is a stranger');
  let [before, from] = [-1, left.events];
  await eventually('nothing is heard between two heartbeats of the room', async () => {
    const still = gone.events === before && left.events > from + 3 ? true : undefined;
    if (gone.events !== before) [before, from] = [gone.events, left.events];
    return still;
  });
  t.true(left.events > from, 'who stays is back');
  gone.stop();
  left.stop();
});

test.serial("a report counts only when it is the speaker's own", async (t) => {
  const [honest, liar] = [await adopted('honest'), await adopted('liar')];
  await honest.hello();
  await liar.hello();
  const push = new Push({ linger: 0, reconnectInterval: 50, ...clientOptions(liar.keys) });
  push.connect(`tcp://${HOST}:${home.port + MAIN.reports}`);
  const status = async () => {
    await push.send([Report.encode(reportOf(honest.speakerId, PROTOCOL)), liar.keys.proof]);
    await push.send([Report.encode(reportOf(liar.speakerId, PROTOCOL)), liar.keys.proof]);
    const reply = await home.room({ kind: 'getStatus' });
    const { speakers } =
      reply.kind === 'room' && reply.body.kind === 'status' ? reply.body : { speakers: [] };
    return new Map(speakers.map(({ member, report }) => [member.name, report?.problem]));
  };
  const problems = await eventually('its own report comes', async () => {
    const found = await status();
    return found.get('liar') ? found : undefined;
  });
  t.is(problems.get('honest'), undefined);
  push.close();
});

test.serial('tracks are for those with a token, for that track and that purpose', async (t) => {
  const speaker = await adopted('reader');
  const hash = await home.addTrack(1, 7);
  const token = async (of: string) => {
    const reply = await speaker.ask({ kind: 'getMediaToken', hash: of, upload: false });
    return reply.kind === 'mediaToken' ? reply.token : reply.kind;
  };
  const url = `http://${HOST}:${home.port + 2}/tracks/${hash}`;
  const get = async (path: string, bearer?: string, method = 'GET') => {
    const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    return (await fetch(url + path, { method, headers })).status;
  };
  const good = await token(hash);
  t.is(await get('', good), 200);
  t.is(await get('/index', good), 200);
  for (const path of ['', '/index', '/info']) {
    t.is(await get(path), 401, `without, ${path}`);
    t.is(await get(path, await token('a'.repeat(64))), 401, `another track's, ${path}`);
    t.is(await get(path, `${good.slice(0, -2)}AA`), 401, `a forged one, ${path}`);
  }
  t.is(await get('', good, 'PUT'), 401, 'it is not for uploads');
  t.is(await speaker.outcomeOf({ kind: 'getMediaToken', hash, upload: true }), 'FORBIDDEN');
});
