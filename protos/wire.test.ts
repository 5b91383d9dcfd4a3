import test from 'ava';
import fc from 'fast-check';
import { arbitraryOf } from './arbitrary.fixture.ts';
import * as clock from './clock.ts';
import * as messages from './index.ts';
import * as lobby from './lobby.ts';
import * as media from './media.ts';
import * as room from './room.ts';
import { CHANGES, changed } from './wire-bytes.fixture.ts';

const codecs = [
  ['ClockRequest', messages.ClockRequest, clock.clockRequest],
  ['ClockReply', messages.ClockReply, clock.clockReply],
  ['TrackIndex', messages.TrackIndex, media.trackIndex],
  ['RoomEvent', messages.RoomEvent, room.roomEvent],
  ['Report', messages.Report, room.report],
  ['Envelope', messages.Envelope, lobby.envelope],
  ['RoomRequest', messages.RoomRequest, lobby.roomRequest],
  ['RoomReply', messages.RoomReply, lobby.roomReply],
  ['LobbyRequest', messages.LobbyRequest, lobby.lobbyRequest],
  ['LobbyReply', messages.LobbyReply, lobby.lobbyReply],
] as const;

for (const [name, codec, check] of codecs) {
  // Which of them it is doesn't matter below.
  const { encode, decode } = codec as messages.Codec<unknown>;

  test(`any ${name} comes back as it was sent`, (t) => {
    fc.assert(
      fc.property(arbitraryOf(check), (message) => {
        t.deepEqual(decode(encode(message)), message);
      }),
      { numRuns: 150 },
    );
  });

  test(`a ${name} with some bytes changed, or cut off, is another one or a WireError`, (t) => {
    fc.assert(
      fc.property(arbitraryOf(check), CHANGES, (message, changes) => {
        t.true(isMessageOrWireError(() => decode(changed(encode(message), changes))));
      }),
      { numRuns: 300 },
    );
  });

  test(`arbitrary bytes for a ${name} are one, or a WireError`, (t) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        t.true(isMessageOrWireError(() => decode(bytes)));
      }),
      { numRuns: 300 },
    );
  });
}

function isMessageOrWireError(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof messages.WireError) return true;
    throw error;
  }
}
