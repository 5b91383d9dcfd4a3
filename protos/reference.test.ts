import test from 'ava';
import fc from 'fast-check';
import { arbitraryOf } from './arbitrary.fixture.ts';
import * as clock from './clock.ts';
import { MessageCodec } from './codec.ts';
import descriptor from './descriptor.json' with { type: 'json' };
import * as lobby from './lobby.ts';
import * as media from './media.ts';
import type { Plain } from './message-type.ts';
import { referenceDecode, referenceEncode } from './reference.fixture.ts';
import * as room from './room.ts';
import { CHANGES, changed, FIELDS } from './wire-bytes.fixture.ts';

const codec = new MessageCodec(descriptor);

const TYPES = {
  ClockRequest: clock.clockRequest,
  ClockReply: clock.clockReply,
  TrackIndex: media.trackIndex,
  RoomEvent: room.roomEvent,
  Report: room.report,
  Envelope: lobby.envelope,
  RoomRequest: lobby.roomRequest,
  RoomReply: lobby.roomReply,
  LobbyRequest: lobby.lobbyRequest,
  LobbyReply: lobby.lobbyReply,
};

/** What the bytes are read as, here and by protobufjs; undefined: they are refused. */
function readTwice(name: string, bytes: Uint8Array): [Plain | undefined, Plain | undefined] {
  return [tried(() => codec.decode(name, bytes)), tried(() => referenceDecode(name, bytes))];
}

function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

for (const [name, check] of Object.entries(TYPES)) {
  const messages = arbitraryOf(check) as fc.Arbitrary<Plain>;

  test(`any ${name} is written and read as by protobufjs`, (t) => {
    fc.assert(
      fc.property(messages, (message) => {
        const bytes = codec.encode(name, message);
        t.deepEqual(bytes, referenceEncode(name, message));
        t.deepEqual(...readTwice(name, bytes));
      }),
      { numRuns: 100 },
    );
  });

  test(`two ${name}s in a row are read as by protobufjs, one on top of the other`, (t) => {
    fc.assert(
      fc.property(messages, messages, (one, other) => {
        t.deepEqual(...readTwice(name, Buffer.concat([codec.encode(name, one), codec.encode(name, other)])));
      }),
      { numRuns: 50 },
    );
  });

  test(`a spoiled ${name} is read or refused as by protobufjs`, (t) => {
    fc.assert(
      fc.property(messages, CHANGES, (message, changes) => {
        t.deepEqual(...readTwice(name, changed(codec.encode(name, message), changes)));
      }),
      { numRuns: 300 },
    );
  });

  test(`arbitrary fields are read or refused as a ${name} as by protobufjs`, (t) => {
    fc.assert(
      fc.property(FIELDS, (bytes) => t.deepEqual(...readTwice(name, bytes))),
      { numRuns: 300 },
    );
  });
}
