import test from 'ava';
import { Writer } from 'protobufjs/minimal.js';
import { MessageCodec } from './codec.ts';
import descriptor from './descriptor.json' with { type: 'json' };
import type { Plain } from './message-type.ts';
import { delimited, tag } from './wire-bytes.fixture.ts';

const codec = new MessageCodec(descriptor);

test('fields of a later version are skipped, wherever they are', (t) => {
  const status: Plain = { kind: 'status', roomId: 'r', levels: { volume: 50, muted: true } };
  const command = { protocol: 2, requestId: 'r1', body: { kind: 'room', body: status } };
  const bytes = codec.encode('LobbyReply', command);
  const known = codec.decode('LobbyReply', bytes);
  const LATER = 15_000;
  const later = Buffer.concat([
    Buffer.concat([tag(LATER, 0), Buffer.from('ffffffffffffffffff01', 'hex')]),
    Buffer.concat([tag(LATER, 1), Buffer.alloc(8)]),
    Buffer.concat([tag(LATER, 2), delimited(bytes)]),
    Buffer.concat([tag(LATER, 3), bytes, tag(LATER, 4)]),
    Buffer.concat([tag(LATER, 5), Buffer.alloc(4)]),
  ]);
  const inRoom = (fields: Uint8Array) => Buffer.concat([tag(12, 2), delimited(fields)]);
  const inStatus = (fields: Uint8Array) => inRoom(Buffer.concat([tag(2, 2), delimited(fields)]));
  const inLevels = (fields: Uint8Array) => inStatus(Buffer.concat([tag(9, 2), delimited(fields)]));
  for (const more of [later, inRoom(later), inStatus(later), inLevels(later)])
    t.deepEqual(codec.decode('LobbyReply', Buffer.concat([bytes, more])), known);
});

test('a list of numbers may come packed, one by one, or in parts', (t) => {
  const packed = Buffer.concat([tag(1, 2), delimited(Buffer.from([1, 2]))]);
  const single = Buffer.concat([tag(1, 0), Buffer.from([3])]);
  t.deepEqual(codec.decode('Remove', packed), { positions: [1, 2] });
  t.deepEqual(codec.decode('Remove', Buffer.concat([single, packed, single])), { positions: [3, 1, 2, 3] });
});

test('a time of -0 stays one', (t) => {
  t.is(codec.decode('ClockRequest', codec.encode('ClockRequest', { t1Us: -0 })).t1Us, -0);
});

test('of several bodies the last one counts, and is new', (t) => {
  const levels = codec.encode('RoomEvent', { body: { kind: 'levels', volume: 50, muted: true } });
  const quieter = codec.encode('RoomEvent', { body: { kind: 'levels', volume: 10, muted: false } });
  const heartbeat = codec.encode('RoomEvent', { body: { kind: 'heartbeat' } });
  const body = (...parts: Uint8Array[]) => codec.decode('RoomEvent', Buffer.concat(parts)).body;
  t.deepEqual(body(levels, heartbeat), { kind: 'heartbeat' });
  t.deepEqual(body(levels, heartbeat, quieter), { kind: 'levels', volume: 10, muted: false });
  t.deepEqual(body(levels, quieter), { kind: 'levels', volume: 10, muted: true });
});

test('a message that claims more bytes than there are is refused', (t) => {
  const claim = Writer.create()
    .uint32(2 ** 31 - 1)
    .finish();
  const nonce = Buffer.concat([tag(1, 2), claim, Buffer.alloc(16)]);
  t.throws(() => codec.decode('PairingReveal', nonce));
  t.throws(() => codec.decode('LobbyRequest', Buffer.concat([tag(51, 2), claim, nonce])));
  t.throws(() => codec.decode('Remove', Buffer.concat([tag(1, 2), claim, nonce])));
});

test('messages and groups in each other are refused from the 102nd on', (t) => {
  const chain = new MessageCodec({ enums: {}, messages: { Chain: ['Chain next = 1'] } });
  const nested = (depth: number, inmost: Uint8Array = new Uint8Array()): Uint8Array =>
    depth === 0 ? inmost : Buffer.concat([tag(1, 2), delimited(nested(depth - 1, inmost))]);
  const group = (depth: number): Uint8Array =>
    depth === 0 ? new Uint8Array() : Buffer.concat([tag(2, 3), group(depth - 1), tag(2, 4)]);
  t.notThrows(() => chain.decode('Chain', nested(100)));
  t.throws(() => chain.decode('Chain', nested(101)));
  t.notThrows(() => chain.decode('Chain', group(101)));
  t.throws(() => chain.decode('Chain', group(102)));
  t.notThrows(() => chain.decode('Chain', nested(60, group(41))));
  t.throws(() => chain.decode('Chain', nested(60, group(42))));
});

test('a hostile MiB is read or refused in a few seconds', (t) => {
  const many = (...part: Uint8Array[]) => {
    const one = Buffer.concat(part);
    return Buffer.alloc(2 ** 20 - (2 ** 20 % one.length), one);
  };
  const empty = delimited(new Uint8Array());
  const hostile = {
    RoomReply: many(tag(10, 2), empty, tag(12, 2), empty), // one body after the other
    RoomRequest: many(tag(11, 2), delimited(Buffer.concat([tag(1, 2), empty]))), // on top of each other
    Upcoming: many(tag(1, 2), empty), // short messages
    Remove: many(tag(1, 2), delimited(Buffer.from([1]))), // packed lists of one
    TrackIndex: many(tag(1, 2), delimited(Buffer.from('a'))), // the same field again
    Members: many(tag(9, 3), tag(9, 4)), // groups
  };
  const startMs = performance.now();
  for (const [name, bytes] of Object.entries(hostile)) t.notThrows(() => codec.decode(name, bytes), name);
  t.throws(() => codec.decode('Logout', many(tag(9, 3)))); // groups without an end
  t.true(performance.now() - startMs < 30_000);
});

test('names that every object has are none of a message', (t) => {
  for (const kind of ['__proto__', 'constructor', 'toString'])
    t.throws(() => codec.encode('RoomCommand', { body: { kind } }), { instanceOf: TypeError });
  t.throws(() => codec.encode('Timeline', { state: 'constructor' }), { instanceOf: TypeError });
});
