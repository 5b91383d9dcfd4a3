import test from 'ava';
import type { RoomCommand } from '../../../protos/index.ts';
import { eventually, HOST } from '../coordinator.fixture.ts';
import { sha256, wavFile } from '../media-store.fixture.ts';
import { mediaPort } from '../ports.ts';
import { type Client, type PeopledHome, sharedHome } from './people.fixture.ts';

// Room music service: add, start, stop, and what the room tells of its people's doings.

let home: PeopledHome;
let ben: Client;
let carol: Client;
let endAll = async () => {};

test.before(async () => {
  ({ home, endAll } = await sharedHome());
  ben = await home.person('ben', 'MEMBER');
  carol = await home.person('carol', 'GUEST');
});
test.after.always(() => endAll());

/** Gives a command until nobody else's is under way. */
async function done(client: Client, body: RoomCommand['body']): Promise<void> {
  await eventually(`${body.kind} is done`, async () => {
    const reply = await client.room(body);
    return reply.kind === 'room' && reply.body.kind === 'done' ? reply : undefined;
  });
}

/** Brings a minute of sound, and adds it to the queue. */
async function add(client: Client): Promise<string> {
  const wav = wavFile(60, 1);
  const hash = sha256(wav);
  const pass = await client.ask({ kind: 'getMediaToken', hash, upload: true });
  if (pass.kind !== 'mediaToken') throw new Error(JSON.stringify(pass));
  const url = `http://${HOST}:${mediaPort(home.home.port)}/tracks/${hash}?name=tune.wav`;
  const headers = { authorization: `Bearer ${pass.token}` };
  const stored = await fetch(url, { method: 'PUT', body: wav, headers });
  if (!stored.ok) throw new Error(await stored.text());
  const unknown = { bytes: 1, frames: 1, title: '', artist: '', album: '' };
  const track = { hash, codec: 'WAV', sampleRate: 8000, channels: 1, ...unknown } as const;
  await done(client, { kind: 'add', tracks: [track] });
  return hash;
}

test.serial('a track that is added is in the queue, and current, and nothing plays yet', async (t) => {
  const hash = await add(ben);
  const status = await ben.status();
  t.is(status.queueLength, 1);
  t.is(status.item?.track.hash, hash);
  t.is(status.state, 'STOPPED');
});

test.serial('play starts it: the room says so, and who it was, to everybody', async (t) => {
  await done(ben, { kind: 'play' });
  for (const client of [home.anna, ben, carol]) {
    const status = await client.status();
    t.is(status.state, 'PLAYING');
    t.like(status.lastAction, { by: 'ben', action: 'play', done: true });
  }
});

test.serial('the position goes on while it plays', async (t) => {
  const { positionS } = await eventually('some of it has been heard', async () => {
    const status = await ben.status();
    return status.positionS > 0.2 ? status : undefined;
  });
  t.true(positionS < 60, `at ${positionS} s of 60`);
});

test.serial('a guest can neither stop it nor add to it', async (t) => {
  t.like(await carol.room({ kind: 'stop' }), { kind: 'failure', code: 'FORBIDDEN' });
  t.like(await carol.room({ kind: 'add', tracks: [] }), { kind: 'failure', code: 'FORBIDDEN' });
  t.is((await ben.status()).state, 'PLAYING');
});

test.serial('stop ends it: at the beginning of the track, by whoever it was', async (t) => {
  await done(home.anna, { kind: 'stop' });
  const status = await eventually('the stop has been heard', async () => {
    const seen = await ben.status();
    return seen.positionS === 0 ? seen : undefined;
  });
  t.like(status, { state: 'STOPPED', queueLength: 1 });
  t.like(status.lastAction, { by: 'anna', action: 'stop' });
});

test.serial('who has joined the room is told, until they leave', async (t) => {
  await ben.do({ kind: 'joinRoom', room: 'main' });
  await carol.do({ kind: 'joinRoom', room: 'main' });
  t.deepEqual([...(await home.anna.status()).people].sort(), ['ben', 'carol']);
  await ben.do({ kind: 'leaveRoom' });
  t.deepEqual((await home.anna.status()).people, ['carol']);
});
