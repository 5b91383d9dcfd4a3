import type { Home } from './home.ts';
import type { SimulatedSpeaker } from './speaker.ts';

/** How things stand with a speaker. */
export interface Condition {
  /** True time since which nothing has been wrong with it, its room, or the way to the coordinator. */
  readonly wholeSinceUs: number | undefined;
  /** True time since which it has been well but without its coordinator, having been in place before. */
  readonly aloneSinceUs: number | undefined;
  /** Nothing has happened to its clock or the room's that it can't know of yet. */
  readonly knowsClock: boolean;
}

/** Tracks play at 40 kB a second. */
const ENOUGH_BYTES_PER_S = 45_000;

/** Keeps track of what is wrong where, so that nobody is judged by what they can't help. */
export class Conditions {
  readonly #home: Home;
  readonly #roomOf: (speaker: SimulatedSpeaker) => string | undefined;
  /** A speaker that was whole for so long is in place. */
  readonly #withinUs: number;
  readonly #conditions = new Map<SimulatedSpeaker, Condition>();
  readonly #stalledUntilUs = new Map<SimulatedSpeaker, number>();

  constructor(home: Home, roomOf: (speaker: SimulatedSpeaker) => string | undefined, withinUs: number) {
    this.#home = home;
    this.#roomOf = roomOf;
    this.#withinUs = withinUs;
  }

  of(speaker: SimulatedSpeaker): Condition {
    return (
      this.#conditions.get(speaker) ?? { wholeSinceUs: undefined, aloneSinceUs: undefined, knowsClock: false }
    );
  }

  /** Looks at everything; called often. */
  update(): void {
    const { nowUs } = this.#home.schedule;
    for (const speaker of this.#home.speakers) {
      const { wholeSinceUs, aloneSinceUs, knowsClock } = this.of(speaker);
      const isWell = this.#isWell(speaker);
      const isWhole = isWell && this.#hasCoordinator(speaker);
      const wasInPlace = wholeSinceUs !== undefined && nowUs - wholeSinceUs > this.#withinUs;
      const isAlone = isWell && !isWhole && (aloneSinceUs !== undefined || wasInPlace);
      this.#conditions.set(speaker, {
        wholeSinceUs: isWhole ? (wholeSinceUs ?? nowUs) : undefined,
        aloneSinceUs: isAlone ? (aloneSinceUs ?? nowUs) : undefined,
        knowsClock: knowsClock || (isWhole && wasInPlace),
      });
    }
  }

  /** Something has happened to a speaker, or to all. @param isClock to its clock, or to the room's */
  disturb(speakers: readonly SimulatedSpeaker[], isClock: boolean): void {
    const { nowUs } = this.#home.schedule;
    this.update();
    for (const speaker of speakers) {
      const { wholeSinceUs, knowsClock } = this.of(speaker);
      this.#conditions.set(speaker, {
        wholeSinceUs: wholeSinceUs === undefined ? undefined : nowUs,
        aloneSinceUs: undefined,
        knowsClock: knowsClock && !isClock,
      });
    }
  }

  /** A speaker's playout stands still until then. */
  stall(speaker: SimulatedSpeaker, untilUs: number): void {
    this.#stalledUntilUs.set(speaker, untilUs);
    this.disturb([speaker], false);
  }

  #isWell(speaker: SimulatedSpeaker): boolean {
    const isStalled = (this.#stalledUntilUs.get(speaker) ?? 0) >= this.#home.schedule.nowUs;
    return speaker.isRunning && !speaker.host.isAsleep && !speaker.device.isGone && !isStalled;
  }

  #hasCoordinator(speaker: SimulatedSpeaker): boolean {
    const { coordinator, mediaShare, model } = this.#home;
    const roomId = this.#roomOf(speaker);
    const room = coordinator.rooms.find((one) => one.room.roomId === roomId);
    const isUp = coordinator.isRunning && !coordinator.host.isAsleep && room?.live !== undefined;
    return isUp && !this.#home.isCut(speaker) && mediaShare * model.bytesPerS > ENOUGH_BYTES_PER_S;
  }
}
