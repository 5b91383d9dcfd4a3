import { createServer } from 'node:net';
import test from 'ava';
import { LobbyReply, LobbyRequest, PROTOCOL } from '../../protos/index.ts';
import { NoReplyError, Requester } from '../net/requester.ts';
import { Responder } from '../net/responder.ts';
import { Gatekeeper } from './gatekeeper.ts';
import { type KeyPair, newKeyPair, type PublicKey } from './keys.ts';
import { proofFrame } from './proof.ts';

const server = newKeyPair();
const friend = newKeyPair();

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A server that lets in whom `admits` says and answers each with the key it takes them for. */
async function serve(admits: (key: PublicKey) => boolean) {
  const gatekeeper = new Gatekeeper(() => server);
  await gatekeeper.start();
  const responder = new Responder(
    async (bytes, peerKey) => {
      const { requestId } = LobbyRequest.decode(bytes);
      const body = { kind: 'done', note: peerKey ?? 'a stranger' } as const;
      return LobbyReply.encode({ protocol: PROTOCOL, requestId, body });
    },
    gatekeeper.keysFor('lobby', admits),
  );
  const address = `tcp://127.0.0.1:${await freePort()}`;
  await responder.start(address);
  return {
    address,
    stop() {
      responder.stop();
      gatekeeper.stop();
    },
  };
}

async function ask(address: string, own?: KeyPair, proof?: Uint8Array, serverKey = server.publicKey) {
  const keys = own && { own, server: serverKey, proof: proof ?? proofFrame(own, serverKey) };
  const requester = new Requester(address, LobbyRequest, LobbyReply, keys);
  requester.start();
  try {
    const reply = await requester.request({ kind: 'getInfo' }, 1500);
    return reply.kind === 'done' ? reply.note : reply.kind;
  } catch (error) {
    if (error instanceof NoReplyError) return 'no reply';
    throw error;
  } finally {
    requester.stop();
  }
}

test('who is let in is known by the key that the request proves', async (t) => {
  const { address, stop } = await serve(() => true);
  t.is(await ask(address, friend), friend.publicKey);
  stop();
});

test('a proof that another key has made, or none, makes a stranger', async (t) => {
  const { address, stop } = await serve(() => true);
  const thief = newKeyPair();
  const claimed = Buffer.concat([
    Buffer.from(friend.publicKey, 'hex'),
    proofFrame(thief, server.publicKey).subarray(32),
  ]);
  t.is(await ask(address, thief, claimed), 'a stranger');
  t.is(await ask(address, friend, proofFrame(friend, thief.publicKey)), 'a stranger');
  t.is(await ask(address, friend, new Uint8Array(64)), 'a stranger');
  t.is(await ask(address, friend, new Uint8Array(3)), 'a stranger');
  stop();
});

test('whom the gatekeeper refuses, who has no keys, and who expects another server gets no reply', async (t) => {
  const { address, stop } = await serve((key) => key === friend.publicKey);
  const stranger = newKeyPair();
  const replies = [ask(address, stranger), ask(address), ask(address, friend, undefined, stranger.publicKey)];
  t.deepEqual(await Promise.all(replies), ['no reply', 'no reply', 'no reply']);
  t.is(await ask(address, friend), friend.publicKey, 'and whom it admits still gets one');
  stop();
});

test('whom the gatekeeper refuses is let in later, when it belongs there', async (t) => {
  let member = false;
  const asked = Promise.withResolvers<void>();
  const { address, stop } = await serve(() => {
    asked.resolve();
    return member;
  });
  const keys = { own: friend, server: server.publicKey, proof: proofFrame(friend, server.publicKey) };
  const requester = new Requester(address, LobbyRequest, LobbyReply, keys);
  requester.start();
  const reply = requester.request({ kind: 'getInfo' }, 10_000);
  await asked.promise;
  member = true;
  t.deepEqual(await reply, { kind: 'done', note: friend.publicKey });
  requester.stop();
  stop();
});
