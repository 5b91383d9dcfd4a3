import test from 'ava';
import { LobbyReply, LobbyRequest, PROTOCOL } from '../../protos/index.ts';
import { NoReplyError, Requester } from './requester.ts';
import { Responder } from './responder.ts';

test('requests under way at once get the replies that belong to them', async (t) => {
  const responder = new Responder(async (bytes) => {
    const { requestId, body } = LobbyRequest.decode(bytes);
    const note = body.kind === 'createRoom' ? body.name : '';
    return LobbyReply.encode({ protocol: PROTOCOL, requestId, body: { kind: 'done', note } });
  });
  await responder.start('tcp://127.0.0.1:17391');
  const requester = new Requester('tcp://127.0.0.1:17391', LobbyRequest, LobbyReply);
  requester.start();
  const names = ['a', 'b', 'c', 'd'];
  const replies = await Promise.all(
    names.map((name) => requester.request({ kind: 'createRoom', name }, 5000)),
  );
  t.deepEqual(
    replies,
    names.map((note) => ({ kind: 'done', note }) as const),
  );
  requester.stop();
  responder.stop();
});

test('a peer that is not there is told by its address after the deadline', async (t) => {
  const requester = new Requester('tcp://127.0.0.1:17392', LobbyRequest, LobbyReply);
  requester.start();
  await t.throwsAsync(requester.request({ kind: 'getInfo' }, 50), {
    instanceOf: NoReplyError,
    message: /17392/,
  });
  requester.stop();
});
