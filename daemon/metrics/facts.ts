import type { RoomStatus, SpeakerEntry } from '../../protos/index.ts';
import type { RequestCount } from './request-counts.ts';

/** What the coordinator knows of a room. */
export interface RoomFacts {
  readonly name: string;
  /** False: its process has ended, and is about to be started again. */
  readonly isUp: boolean;
  /** Undefined while the room doesn't answer. */
  readonly status: RoomStatus | undefined;
}

/** What the coordinator's store of tracks holds, and what has gone through its media server since it started. */
export interface MediaFacts {
  readonly tracks: number;
  readonly storedBytes: number;
  readonly diskFreeBytes: number;
  readonly diskBytes: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** What a process uses. */
export interface ProcessFacts {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** The event loop's delay since the last time it was asked for. */
  readonly loopDelayP99Seconds: number;
  readonly loopDelayMaxSeconds: number;
  /** Since 1970. */
  readonly startedUnixSeconds: number;
}

/** A home as it is at one moment. There are at most 30 rooms and 256 speakers. */
export interface HomeNow {
  readonly name: string;
  readonly rooms: readonly RoomFacts[];
  readonly speakers: readonly SpeakerEntry[];
}

/** Everything that the metrics tell, at one moment. */
export interface HomeFacts extends HomeNow {
  readonly version: string;
  readonly requests: readonly RequestCount[];
  readonly media: MediaFacts;
  readonly process: ProcessFacts;
}
