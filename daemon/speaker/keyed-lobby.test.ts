import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { LobbyReply } from '../../protos/index.ts';
import { eventually, HOST, type Home, newHome } from '../coordinator/coordinator.fixture.ts';
import type { Logger } from '../logger.ts';
import { KeyRing } from '../security/key-ring.ts';
import { KeyedLobby } from './keyed-lobby.ts';

// A speaker's side of keys, with a coordinator as it ships.

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} } as never;

let directory = '';
let lobbies: KeyedLobby[] = [];
let speakers = 0;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jam-keyed-'));
});

test.after.always(async () => {
  for (const lobby of lobbies) lobby.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A speaker's lobby. @param elsewhere it can't read what the coordinator leaves on its host */
function speakerOf(home: Home, { elsewhere = true, port = home.port, ring = newRing() } = {}) {
  const environment = elsewhere ? { JAM_KEYS_DIR: join(directory, 'nothing') } : home.environment;
  const changes = { count: 0 };
  const onNewKey = () => {
    changes.count += 1;
  };
  const lobby = new KeyedLobby({ as: 'speaker', host: HOST, port, ring, environment, onNewKey, log: quiet });
  lobbies = [...lobbies, lobby];
  return { lobby, ring, changes };
}

function newRing(): KeyRing {
  speakers += 1;
  const ring = new KeyRing(join(directory, `${speakers}.json`));
  ring.load();
  return ring;
}

async function hello(lobby: KeyedLobby, name: string): Promise<LobbyReply['body']> {
  const body = { kind: 'hello', speakerId: `id-of-${name}`, name, version: '1', device: 'test' } as const;
  return lobby.request(body, 1500);
}

async function adopt(home: Home, lobby: KeyedLobby, name: string): Promise<void> {
  const reply = await hello(lobby, name);
  const [, code = ''] = /--code (\d{6})/.exec(reply.kind === 'failure' ? reply.message : '') ?? [];
  await home.do({ kind: 'adoptSpeaker', name, code });
}

test.serial("on the coordinator's host a speaker is adopted by itself", async (t) => {
  const home = await newHome(t);
  await home.start();
  const { lobby } = speakerOf(home, { elsewhere: false });
  t.like(await hello(lobby, 'here'), { kind: 'assignment', roomName: 'main' });
});

test.serial('elsewhere it shows a code until it is adopted; from then on it keeps to the key', async (t) => {
  const home = await newHome(t);
  await home.start();
  const { lobby, ring } = speakerOf(home);
  const address = `${HOST}:${home.port}`;
  t.like(await hello(lobby, 'away'), { kind: 'failure', code: 'UNAUTHENTICATED' });
  t.is(ring.known(address), undefined);
  await adopt(home, lobby, 'away');
  t.is((await hello(lobby, 'away')).kind, 'assignment');
  t.truthy(ring.known(address));

  // Set up anew, at the same address.
  await home.end('SIGTERM');
  await rm(join(home.dataDir, 'keys'), { recursive: true });
  await home.start();
  const reply = await eventually('the changed key is told', async () => {
    const told = await hello(lobby, 'away').catch(() => undefined);
    return told?.kind === 'failure' ? told : undefined;
  });
  t.regex(
    reply.message,
    /has the key .* now, and had .* when it adopted this speaker: .* adopt the speaker again/,
  );
  const again = speakerOf(home, { ring });
  const refused = await eventually('another run refuses it, too', async () => {
    const told = await hello(again.lobby, 'away').catch(() => undefined);
    return told?.kind === 'failure' ? told : undefined;
  });
  t.regex(refused.message, /somebody else answers there/);
});

test.serial('a key that the coordinator has announced is followed', async (t) => {
  const home = await newHome(t);
  await home.start();
  const { lobby, ring, changes } = speakerOf(home);
  await adopt(home, lobby, 'loyal');
  await hello(lobby, 'loyal');
  const address = `${HOST}:${home.port}`;
  const before = ring.known(address)?.publicKey;
  await home.do({ kind: 'rotateKey' });
  await hello(lobby, 'loyal');
  await home.end('SIGTERM');
  await home.start();
  const reply = await eventually('it is in its room again', async () => {
    const told = await hello(lobby, 'loyal').catch(() => undefined);
    return told?.kind === 'assignment' ? told : undefined;
  });
  t.is(reply.name, 'loyal');
  t.not(ring.known(address)?.publicKey, before);
  t.is(changes.count, 1);
});

test.serial('nothing that is said can be read on the way', async (t) => {
  const home = await newHome(t);
  await home.start();
  const seen: Buffer[] = [];
  const { server, port } = await relay(home.port, seen);
  t.teardown(() => void server.close());
  const { lobby } = speakerOf(home, { port, ring: await introduced(home, port) });
  await hello(lobby, 'a-very-telling-name');
  t.true(seen.length > 0);
  const all = Buffer.concat(seen).toString('latin1');
  t.false(all.includes('a-very-telling-name'), 'the name of a speaker');
  t.false(all.includes('main'), 'the name of a room');
});

/** A ring that knows the home's key under a relay's port. */
async function introduced(home: Home, port: number): Promise<KeyRing> {
  const first = speakerOf(home);
  await adopt(home, first.lobby, 'a-very-telling-name');
  await hello(first.lobby, 'a-very-telling-name');
  const known = first.ring.known(`${HOST}:${home.port}`);
  if (!known) throw new Error('the key was not kept');
  first.ring.remember(`${HOST}:${port}`, known);
  return first.ring;
}

/** Passes on to a port what comes, and keeps a copy of all of it. */
async function relay(to: number, seen: Buffer[]): Promise<{ server: Server; port: number }> {
  const server = createServer((from) => {
    const onward = connect(to, HOST);
    for (const [a, b] of [
      [from, onward],
      [onward, from],
    ] as const) {
      a.on('data', (bytes) => {
        seen.push(bytes);
        b.write(bytes);
      });
      a.on('close', () => b.destroy());
      a.on('error', () => b.destroy());
    }
  });
  await new Promise<void>((listening) => server.listen(0, HOST, listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}
