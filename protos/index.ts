import * as v from 'valibot';
import * as clock from './clock.ts';
import { MessageCodec } from './codec.ts';
import descriptor from './descriptor.json' with { type: 'json' };
import * as lobby from './lobby.ts';
import * as media from './media.ts';
import type { Plain } from './message-type.ts';
import type * as people from './people.ts';
import * as room from './room.ts';

export { MAX_MESSAGE_BYTES, PROTOCOL } from './limits.ts';

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

export const ClockRequest = codec('ClockRequest', clock.clockRequest);
export const ClockReply = codec('ClockReply', clock.clockReply);
export const TrackIndex = codec('TrackIndex', media.trackIndex);
export const RoomEvent = codec('RoomEvent', room.roomEvent);
export const Report = codec('Report', room.report);
export const Envelope = codec('Envelope', lobby.envelope);
export const RoomRequest = codec('RoomRequest', lobby.roomRequest);
export const RoomReply = codec('RoomReply', lobby.roomReply);
export const LobbyRequest = codec('LobbyRequest', lobby.lobbyRequest);
export const LobbyReply = codec('LobbyReply', lobby.lobbyReply);

export type ClockRequest = v.InferOutput<typeof clock.clockRequest>;
export type ClockReply = v.InferOutput<typeof clock.clockReply>;
export type ClockReport = v.InferOutput<typeof room.clockReport>;
export type Track = v.InferOutput<typeof media.track>;
export type TrackIndex = v.InferOutput<typeof media.trackIndex>;
export type SampleFormat = v.InferOutput<typeof media.sampleFormat>;
export type PlayState = v.InferOutput<typeof room.playState>;
export type Timeline = v.InferOutput<typeof room.timeline>;
export type QueueItem = v.InferOutput<typeof room.queueItem>;
export type Upcoming = v.InferOutput<typeof room.upcoming>;
export type Levels = v.InferOutput<typeof room.levels>;
export type Member = v.InferOutput<typeof room.member>;
export type Members = v.InferOutput<typeof room.members>;
export type RoomEvent = v.InferOutput<typeof room.roomEvent>;
export type RoomSnapshot = v.InferOutput<typeof room.roomSnapshot>;
export type PlayoutReport = v.InferOutput<typeof room.playoutReport>;
export type Glitch = v.InferOutput<typeof room.glitch>;
export type Report = v.InferOutput<typeof room.report>;
export type ErrorCode = v.InferOutput<typeof lobby.errorCode>;
export type Failure = v.InferOutput<typeof lobby.failure>;
export type RoomCommand = v.InferOutput<typeof lobby.roomCommand>;
export type SpeakerStatus = v.InferOutput<typeof lobby.speakerStatus>;
export type RoomStatus = v.InferOutput<typeof lobby.roomStatus>;
export type RoomQueue = v.InferOutput<typeof lobby.roomQueue>;
export type RoomAnswer = v.InferOutput<typeof lobby.roomAnswer>;
export type RoomRequest = v.InferOutput<typeof lobby.roomRequest>;
export type RoomReply = v.InferOutput<typeof lobby.roomReply>;
export type LobbyRequest = v.InferOutput<typeof lobby.lobbyRequest>;
export type LobbyReply = v.InferOutput<typeof lobby.lobbyReply>;
export type Info = v.InferOutput<typeof lobby.info>;
export type RoomEntry = v.InferOutput<typeof lobby.roomEntry>;
export type SpeakerEntry = v.InferOutput<typeof lobby.speakerEntry>;
export type HostOrders = v.InferOutput<typeof lobby.hostOrders>;
export type HostEntry = v.InferOutput<typeof lobby.hostEntry>;
export type Assignment = v.InferOutput<typeof lobby.assignment>;
export type Role = v.InferOutput<typeof people.role>;
export type User = v.InferOutput<typeof people.user>;
export type PersonSession = v.InferOutput<typeof people.personSession>;
export type Identity = v.InferOutput<typeof people.identity>;
export type HistoryEntry = v.InferOutput<typeof people.historyEntry>;
export type RoomSettings = v.InferOutput<typeof lobby.roomSettings>;
