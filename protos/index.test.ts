import test from 'ava';
import fc from 'fast-check';
import descriptor from './descriptor.json' with { type: 'json' };
import { LobbyReply, LobbyRequest, PROTOCOL, RoomEvent, WireError } from './index.ts';
import { makeDescriptor } from './make-descriptor.ts';

test('a request comes back as it was sent', (t) => {
  const request: LobbyRequest = {
    protocol: PROTOCOL,
    requestId: 'r1',
    body: { kind: 'callRoom', room: 'main', command: { body: { kind: 'play', position: 3 } } },
  };
  t.deepEqual(LobbyRequest.decode(LobbyRequest.encode(request)), request);
});

test('an absent optional stays absent', (t) => {
  const request: LobbyRequest = {
    protocol: PROTOCOL,
    requestId: '',
    body: { kind: 'callRoom', room: 'main', command: { body: { kind: 'play' } } },
  };
  t.deepEqual(LobbyRequest.decode(LobbyRequest.encode(request)), request);
});

test('an event without a known body is refused', (t) => {
  t.throws(() => RoomEvent.decode(new Uint8Array()), { instanceOf: WireError });
});

test('a value out of its range is refused, and the error says which', (t) => {
  const bytes = LobbyRequest.encode({
    protocol: PROTOCOL,
    requestId: '',
    body: { kind: 'setSpeakerVolume', name: 'kitchen', volume: 101 },
  });
  t.throws(() => LobbyRequest.decode(bytes), { instanceOf: WireError, message: /body\.volume/ });
});

test('a whole number beyond 2^53, and a text that is not UTF-8, are refused', (t) => {
  const tail = RoomEvent.encode({
    protocol: PROTOCOL,
    roomId: '',
    runId: '',
    seq: 0,
    sentRoomUs: 0,
    clockId: '',
    body: { kind: 'heartbeat' },
  });
  const after = (hex: string) => () => RoomEvent.decode(Buffer.concat([tail, Buffer.from(hex, 'hex')]));
  t.is(after('20ffffffffffffff0f')().seq, Number.MAX_SAFE_INTEGER);
  t.throws(after('208080808080808010'), { instanceOf: WireError, message: /seq/ });
  t.is(after('1202c3a9')().roomId, 'é');
  t.throws(after('1202c328'), { instanceOf: WireError });
});

test('arbitrary bytes never throw anything but WireError', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const codec of [LobbyRequest, LobbyReply, RoomEvent]) {
        try {
          codec.decode(bytes);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }
    }),
  );
  t.pass();
});

test('the descriptor is what the .proto files say; else `npm run protos`', (t) => {
  t.deepEqual(makeDescriptor(), descriptor);
});
