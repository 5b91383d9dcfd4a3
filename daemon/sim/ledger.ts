import type { RoomEvent } from '../../protos/index.ts';
import { toRoom } from '../clock/clock-map.ts';
import type { ClockUpdate } from '../clock/clock-sync.ts';
import type { LobbyState } from '../coordinator/lobby.ts';
import type { SavedLobby } from '../coordinator/lobby-store.ts';
import type { RoomState } from '../coordinator/room/room-state.ts';
import type { LocalUs } from '../units.ts';
import type { HomeWatch } from './home.ts';
import type { RoomAnswerNote } from './room.ts';
import type { SpeakerWatch } from './speaker.ts';
import type { Violations } from './violation.ts';

/** What is known of a speaker's clock. */
interface ClockNote {
  readonly update: ClockUpdate;
  readonly atLocalUs: LocalUs;
}

/**
 * Keeps account of what the programs of a home do at the moment they do it: that nothing is answered which isn't on
 * the disk, that clock maps run forward, how many glitches there were, and when a room last told of a change.
 */
export class Ledger implements HomeWatch {
  /** Of all speakers together. */
  glitchCount = 0;
  /** Of each speaker, by its name. */
  readonly clocks = new Map<string, ClockNote>();
  /** True time at which each room last told of a change, by its id. */
  readonly changedUs = new Map<string, number>();
  readonly #now: () => number;
  readonly #clockOf: (speaker: string) => LocalUs;
  readonly #violations: Violations;
  /** Requests that were answered "done", by their ids. */
  readonly #done = new Set<string>();
  readonly #acknowledged = new Map<string, RoomState | undefined>();

  /**
   * @param now true time, µs
   * @param clockOf a speaker's local clock
   */
  constructor(now: () => number, clockOf: (speaker: string) => LocalUs, violations: Violations) {
    this.#now = now;
    this.#clockOf = clockOf;
    this.#violations = violations;
  }

  onEvent(roomId: string, { body }: RoomEvent): void {
    if (body.kind !== 'heartbeat') this.changedUs.set(roomId, this.#now());
  }

  onAnswer(roomId: string, { request, requestId, before, state, kept, wasKept }: RoomAnswerNote): void {
    if (request.kind !== 'command') return;
    if (!kept || keyOf(kept) !== keyOf(state))
      this.#violations.add(
        'durability',
        `${roomId} has answered "done" to ${request.body.kind} before saving`,
      );
    this.#acknowledged.set(roomId, kept);
    const isRepeated = wasKept || this.#done.has(requestId);
    this.#done.add(requestId);
    const isChanged = keyOf(before) !== keyOf(state) || before.timeline.epoch !== state.timeline.epoch;
    if (isRepeated && isChanged)
      this.#violations.add('once', `${roomId} has done ${request.body.kind} (${requestId}) twice`);
  }

  onStart(roomId: string, state: RoomState, kept: RoomState | undefined): void {
    const acknowledged = this.#acknowledged.get(roomId);
    if (acknowledged && !kept) this.#violations.add('durability', `${roomId} has lost everything`);
    if (kept && keyOf(kept) !== keyOf(state))
      this.#violations.add('durability', `${roomId} has not taken up what was saved`);
    if (kept && acknowledged && kept.timeline.epoch < acknowledged.timeline.epoch)
      this.#violations.add('durability', `${roomId} is back at an older epoch`);
    if (kept && state.timeline.epoch < kept.timeline.epoch)
      this.#violations.add('durability', `${roomId} has an older epoch than was saved`);
    this.changedUs.set(roomId, this.#now());
  }

  onLobbyAnswer({ rooms, speakers }: LobbyState, kept: SavedLobby | undefined): void {
    if (kept?.rooms !== rooms || kept.speakers !== speakers)
      this.#violations.add('durability', 'the lobby has answered before saving');
  }

  onUnreadable(text: string): void {
    this.#violations.add('wire', text);
  }

  ofSpeaker(name: string): SpeakerWatch {
    return {
      onClock: (update) => this.#onClock(name, update),
      onGlitch: () => {
        this.glitchCount++;
      },
    };
  }

  #onClock(name: string, update: ClockUpdate): void {
    const before = this.clocks.get(name);
    const now = this.#clockOf(name);
    this.clocks.set(name, { update, atLocalUs: now });
    const [old, map] = [before?.update.map, update.map];
    if (!before || !old || !map || old.clockId !== map.clockId) return;
    // It was set, and says so.
    if (update.report.state === 'ACQUIRING' || now < before.atLocalUs) return;
    const backUs = toRoom(old, before.atLocalUs) - toRoom(map, now);
    if (backUs > 0)
      this.#violations.add('clock map', `${name}'s room time fell back by ${backUs.toFixed(1)} µs`);
  }
}

/** What of a room a command changes for good. */
function keyOf({ queue, levels }: RoomState): string {
  return JSON.stringify([queue.map((item) => item.itemId), levels]);
}
