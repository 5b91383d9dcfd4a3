import type { RoomSettings } from '../../protos/index.ts';
import type { LocalUs } from '../units.ts';
import type { LobbyHost } from './hosts/lobby-hosts.ts';
import type { PeopleState } from './people/people.ts';

export interface LobbyRoom {
  readonly roomId: string;
  readonly name: string;
  /** Fixes its ports, see ports.ts. */
  readonly slot: number;
  readonly settings: RoomSettings;
  /** The room host that it runs on; undefined: the lobby's own. */
  readonly hostId?: string;
}

/** A speaker as the lobby knows it. What it announces counts when it is new, after that the lobby's word. */
export interface LobbySpeaker {
  readonly speakerId: string;
  readonly name: string;
  readonly announcedName: string;
  readonly roomId: string;
  readonly volume: number;
  readonly muted: boolean;
  readonly delayUs: number;
  readonly announcedDelayUs: number | undefined;
  readonly version: string;
  readonly device: string;
}

export interface LobbyState {
  readonly rooms: readonly LobbyRoom[];
  readonly speakers: readonly LobbySpeaker[];
  readonly hosts: readonly LobbyHost[];
  readonly people: PeopleState;
  /** When each speaker and room host, by its id, last said hello in this run. */
  readonly lastHelloUs: ReadonlyMap<string, LocalUs>;
  /** The beginning of this run. */
  readonly startedUs: LocalUs;
}
