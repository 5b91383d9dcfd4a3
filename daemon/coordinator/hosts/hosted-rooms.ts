import type { LobbyRequest } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import type { Timers } from '../../timers.ts';
import type { LocalClock } from '../../units.ts';
import type { LobbyRoom } from '../lobby.ts';
import type { RoomLauncher, RoomLink, RoomRun, RunEvents } from '../room-child.ts';
import type { LobbyHost } from './lobby-hosts.ts';

/** What a lobby has around its rooms on other hosts. */
export interface HostedSurroundings {
  /** Runs the rooms that are on the lobby's own host. */
  readonly own: RoomLauncher;
  /** Connects to a room on its host, wherever that is by now. */
  readonly connect: (room: LobbyRoom) => RoomLink;
  /** What is known of a room host. */
  readonly hostOf: (hostId: string) => LobbyHost | undefined;
  readonly clock: LocalClock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** What a room host says of the rooms that it runs. */
export type HostedRuns = Extract<LobbyRequest['body'], { kind: 'hostHello' }>['rooms'];

interface Run {
  readonly hostId: string;
  readonly roomId: string;
  readonly events: RunEvents;
  /** The host's word for the process that is up; empty: none is. */
  run: string;
  /** Where that is. */
  place: string;
}

/** A host that says hello twice a second has gone when it hasn't for this long. */
const AWAY_AFTER_US = 4_000_000;
const LOOK_EVERY_MS = 500;

/**
 * Runs each room where it belongs: on this host, or on another one, which starts and restarts the process by itself.
 * Of those this follows what the hosts say with their hellos.
 */
export class HostedRooms implements RoomLauncher {
  readonly #around: HostedSurroundings;
  readonly #runs = new Set<Run>();
  readonly #heardUs = new Map<string, number>();
  readonly #away = new Set<string>();
  #startedUs = 0;
  #stopLooking = () => {};

  constructor(around: HostedSurroundings) {
    this.#around = around;
  }

  start(): void {
    this.#startedUs = this.#around.clock();
    this.#stopLooking = this.#around.timers.every(LOOK_EVERY_MS, () => this.#lookForSilence());
  }

  stop(): void {
    this.#stopLooking();
  }

  prepare(): Promise<void> {
    return this.#around.own.prepare();
  }

  launch(room: LobbyRoom, events: RunEvents): RoomRun {
    const { hostId, roomId } = room;
    if (hostId === undefined) return this.#around.own.launch(room, events);
    const run: Run = { hostId, roomId, events, run: '', place: '' };
    this.#runs.add(run);
    return {
      connect: () => this.#around.connect(room),
      // The process goes on: a lobby that stops silences nobody. One that is deleted is ended by its host.
      stop: async () => this.#end(run, 'the lobby has let go of it'),
    };
  }

  /** What another host has saved of a room it removes itself. */
  discard(roomId: string): void {
    this.#around.own.discard(roomId);
  }

  /** A room host has said hello. */
  heard(hostId: string, rooms: HostedRuns): void {
    this.#heardUs.set(hostId, this.#around.clock());
    if (this.#away.delete(hostId)) this.#around.logger.info(`room host ${this.#nameOf(hostId)} is here`);
    const place = this.#placeOf(hostId);
    for (const run of this.#runsOn(hostId)) {
      const told = rooms.find(({ roomId }) => roomId === run.roomId);
      if (run.run !== '' && told?.run !== run.run) this.#end(run, 'its host has ended its process');
      else if (run.run !== '' && run.place !== place) this.#end(run, `its host is at ${place} now`);
      else if (run.run === '' && told?.run) this.#up(run, told.run, place);
      else if (run.run === '' && told?.problem) this.#end(run, told.problem, told.problem);
    }
  }

  #up(run: Run, name: string, place: string): void {
    run.run = name;
    run.place = place;
    run.events.onReady();
  }

  #end(run: Run, how: string, cause?: string): void {
    if (this.#runs.delete(run)) run.events.onEnd(how, cause);
  }

  #lookForSilence(): void {
    const now = this.#around.clock();
    for (const hostId of new Set([...this.#runs].map((run) => run.hostId))) {
      const silentUs = now - (this.#heardUs.get(hostId) ?? this.#startedUs);
      if (silentUs <= AWAY_AFTER_US || this.#away.has(hostId)) continue;
      this.#away.add(hostId);
      const why = `its host ${this.#nameOf(hostId)} doesn't answer`;
      for (const run of this.#runsOn(hostId)) this.#end(run, why, why);
    }
  }

  #nameOf(hostId: string): string {
    return this.#around.hostOf(hostId)?.name ?? hostId;
  }

  #placeOf(hostId: string): string {
    const host = this.#around.hostOf(hostId);
    return `${host?.address}:${host?.port}`;
  }

  #runsOn(hostId: string): Run[] {
    return [...this.#runs].filter((run) => run.hostId === hostId);
  }
}
