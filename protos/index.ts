import protobuf from 'protobufjs/light.js';
import * as v from 'valibot';
import descriptor from './descriptor.json' with { type: 'json' };
import * as schema from './schema.ts';

/** Version of the wire contract. Peers of another version are refused with a sentence that says so. */
export const PROTOCOL = 2;

/** No message on any socket is larger; sockets drop the peer that sends one. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Bytes from outside that aren't a valid message of the expected type. The message says where. */
export class WireError extends Error {
  override name = 'WireError';
}

/** Encodes and decodes one message type. */
export interface Codec<T> {
  encode(message: T): Uint8Array;
  /** @throws {WireError} when the bytes aren't a message of this type or a value is out of its range */
  decode(bytes: Uint8Array): T;
}

// The .proto files in the form that loads ten times as quickly; `npm run protos` makes it of them.
const root = protobuf.Root.fromJSON(descriptor).resolveAll();

type Plain = Record<string, unknown>;

/** protobufjs's form → ours: a oneof `body` becomes `{ kind, ...fields }`, absent fields are absent. */
function fromWire(type: protobuf.Type, message: Plain): Plain {
  const plain: Plain = {};
  for (const field of type.fieldsArray) {
    const value = message[field.name];
    if (value === null || value === undefined) continue;
    const converted = eachMessage(field, value, fromWire);
    if (field.partOf?.name === 'body') plain.body = { kind: field.name, ...(converted as Plain) };
    else plain[field.name] = converted;
  }
  return plain;
}

function toWire(type: protobuf.Type, plain: Plain): Plain {
  const message: Plain = {};
  for (const field of type.fieldsArray) {
    const value = field.partOf?.name === 'body' ? bodyOf(plain, field.name) : plain[field.name];
    if (value !== undefined) message[field.name] = eachMessage(field, value, toWire);
  }
  return message;
}

function bodyOf(plain: Plain, kind: string): unknown {
  const body = plain.body as Plain | undefined;
  return body?.kind === kind ? body : undefined;
}

function eachMessage(field: protobuf.Field, value: unknown, convert: typeof fromWire): unknown {
  const type = field.resolvedType;
  if (!(type instanceof protobuf.Type)) return value;
  return field.repeated ? (value as Plain[]).map((one) => convert(type, one)) : convert(type, value as Plain);
}

function codec<S extends v.GenericSchema>(typeName: string, check: S): Codec<v.InferOutput<S>> {
  const type = root.lookupType(`jam.${typeName}`);
  return {
    encode: (message) => type.encode(type.fromObject(toWire(type, message as Plain))).finish(),
    decode(bytes) {
      const result = v.safeParse(check, read(type, bytes));
      if (result.success) return result.output;
      const issue = result.issues[0];
      const at = v.getDotPath(issue);
      throw new WireError(`${typeName}${at ? `: ${at}` : ''}: ${issue.message}`);
    },
  };
}

function read(type: protobuf.Type, bytes: Uint8Array): Plain {
  try {
    const message = type.toObject(type.decode(bytes), {
      longs: Number,
      enums: String,
      defaults: true,
      arrays: true,
    });
    return fromWire(type, message);
  } catch (error) {
    throw new WireError(`${type.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export const ClockRequest = codec('ClockRequest', schema.clockRequest);
export const ClockReply = codec('ClockReply', schema.clockReply);
export const TrackIndex = codec('TrackIndex', schema.trackIndex);
export const RoomEvent = codec('RoomEvent', schema.roomEvent);
export const Report = codec('Report', schema.report);
export const Envelope = codec('Envelope', schema.envelope);
export const RoomRequest = codec('RoomRequest', schema.roomRequest);
export const RoomReply = codec('RoomReply', schema.roomReply);
export const LobbyRequest = codec('LobbyRequest', schema.lobbyRequest);
export const LobbyReply = codec('LobbyReply', schema.lobbyReply);

export type ClockRequest = v.InferOutput<typeof schema.clockRequest>;
export type ClockReply = v.InferOutput<typeof schema.clockReply>;
export type ClockReport = v.InferOutput<typeof schema.clockReport>;
export type Track = v.InferOutput<typeof schema.track>;
export type TrackIndex = v.InferOutput<typeof schema.trackIndex>;
export type SampleFormat = v.InferOutput<typeof schema.sampleFormat>;
export type PlayState = v.InferOutput<typeof schema.playState>;
export type Timeline = v.InferOutput<typeof schema.timeline>;
export type QueueItem = v.InferOutput<typeof schema.queueItem>;
export type Upcoming = v.InferOutput<typeof schema.upcoming>;
export type Levels = v.InferOutput<typeof schema.levels>;
export type Member = v.InferOutput<typeof schema.member>;
export type Members = v.InferOutput<typeof schema.members>;
export type RoomEvent = v.InferOutput<typeof schema.roomEvent>;
export type RoomSnapshot = v.InferOutput<typeof schema.roomSnapshot>;
export type PlayoutReport = v.InferOutput<typeof schema.playoutReport>;
export type Glitch = v.InferOutput<typeof schema.glitch>;
export type Report = v.InferOutput<typeof schema.report>;
export type ErrorCode = v.InferOutput<typeof schema.errorCode>;
export type Failure = v.InferOutput<typeof schema.failure>;
export type RoomCommand = v.InferOutput<typeof schema.roomCommand>;
export type SpeakerStatus = v.InferOutput<typeof schema.speakerStatus>;
export type RoomStatus = v.InferOutput<typeof schema.roomStatus>;
export type RoomQueue = v.InferOutput<typeof schema.roomQueue>;
export type RoomAnswer = v.InferOutput<typeof schema.roomAnswer>;
export type RoomRequest = v.InferOutput<typeof schema.roomRequest>;
export type RoomReply = v.InferOutput<typeof schema.roomReply>;
export type LobbyRequest = v.InferOutput<typeof schema.lobbyRequest>;
export type LobbyReply = v.InferOutput<typeof schema.lobbyReply>;
export type Info = v.InferOutput<typeof schema.info>;
export type RoomEntry = v.InferOutput<typeof schema.roomEntry>;
export type SpeakerEntry = v.InferOutput<typeof schema.speakerEntry>;
export type HostOrders = v.InferOutput<typeof schema.hostOrders>;
export type HostEntry = v.InferOutput<typeof schema.hostEntry>;
export type Assignment = v.InferOutput<typeof schema.assignment>;
export type Role = v.InferOutput<typeof schema.role>;
export type User = v.InferOutput<typeof schema.user>;
export type PersonSession = v.InferOutput<typeof schema.personSession>;
export type Identity = v.InferOutput<typeof schema.identity>;
export type HistoryEntry = v.InferOutput<typeof schema.historyEntry>;
export type RoomSettings = v.InferOutput<typeof schema.roomSettings>;
