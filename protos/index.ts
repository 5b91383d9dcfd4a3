import * as v from 'valibot';
import { MessageCodec } from './codec.ts';
import descriptor from './descriptor.json' with { type: 'json' };
import type { Plain } from './message-type.ts';
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

const messages = new MessageCodec(descriptor);

function codec<S extends v.GenericSchema>(typeName: string, check: S): Codec<v.InferOutput<S>> {
  return {
    encode: (message) => messages.encode(typeName, message as Plain),
    decode(bytes) {
      const result = v.safeParse(check, read(typeName, bytes));
      if (result.success) return result.output;
      const issue = result.issues[0];
      const at = v.getDotPath(issue);
      throw new WireError(`${typeName}${at ? `: ${at}` : ''}: ${issue.message}`);
    },
  };
}

function read(typeName: string, bytes: Uint8Array): Plain {
  try {
    return messages.decode(typeName, bytes);
  } catch (error) {
    throw new WireError(`${typeName}: ${error instanceof Error ? error.message : String(error)}`);
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
