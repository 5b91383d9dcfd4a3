import { isDeepStrictEqual } from 'node:util';
import type { RoomSnapshot } from '../../protos/index.ts';
import { isOnline } from '../coordinator/lobby.ts';
import { QUEUE_LIMIT } from '../coordinator/room/queue.ts';
import type { RoomState } from '../coordinator/room/room-state.ts';
import type { RoomView } from '../speaker/follower.ts';
import type { PlayerReport } from '../speaker/playout/player.ts';
import { localUs, type RoomUs, roomUs } from '../units.ts';
import type { Condition, Conditions } from './conditions.ts';
import type { Home } from './home.ts';
import { errorUs, type Intent, intentOf, intentOfTimeline } from './intent.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatedRoom } from './room.ts';
import type { Sample } from './samples.ts';
import type { Limits } from './scenario.ts';
import type { Heard } from './signal.ts';
import { SlewCheck } from './slew-check.ts';
import type { SimulatedSpeaker } from './speaker.ts';
import type { Invariant, Violations } from './violation.ts';

/** Near a beginning or an end what is heard is a fade, or an edge. */
const EDGE_US = 100_000;
/** A plan reaches the DAC once what was written before is heard. */
const WRITTEN_US = 500_000;
const WRONG_PLACE_US = 50_000;
/** Looking at these takes longer: it is done every so many times. */
const AGREEMENT_EVERY = 4;
const BOUND_EVERY = 2;
/** By then a speaker has said hello, also over a network that loses packets. */
const PRESENT_US = 20_000_000;
const MAX_STREAMS = 8;
const MAX_UPCOMING = 20;
const MAX_PENDING = 20_000;

/** Compares what is heard with what should be, at one instant after another. */
export class Monitor {
  readonly samples: Sample[] = [];
  boundMisses = 0;
  #looks = 0;
  readonly #home: Home;
  readonly #limits: Limits;
  readonly #conditions: Conditions;
  readonly #ledger: Ledger;
  readonly #violations: Violations;
  readonly #slews = new Map<SimulatedSpeaker, SlewCheck>();
  readonly #viewSinceUs = new Map<SimulatedSpeaker, { view: RoomView | undefined; atUs: number }>();
  /** How often in a row a speaker was not heard as it should be. */
  readonly #strange = new Map<SimulatedSpeaker, number>();

  constructor(home: Home, limits: Limits, conditions: Conditions, ledger: Ledger, violations: Violations) {
    this.#home = home;
    this.#limits = limits;
    this.#conditions = conditions;
    this.#ledger = ledger;
    this.#violations = violations;
  }

  /** Looks at everything once. */
  look(): void {
    this.#looks++;
    this.#conditions.update();
    const { nowUs } = this.#home.schedule;
    const now = roomUs(this.#home.coordinator.host.clock());
    const errors = new Map<SimulatedSpeaker, number>();
    let spreadUs: number | null = null;
    let boundUs: number | null = null;
    for (const room of this.#home.coordinator.rooms) {
      const spread = this.#lookAtRoom(room, now, errors);
      if (spread === undefined) continue;
      const bound = this.#looks % BOUND_EVERY === 0 ? this.#boundOf(room) : undefined;
      if (bound !== undefined && spread > bound) this.boundMisses++;
      spreadUs = Math.max(spreadUs ?? 0, spread);
      boundUs = bound === undefined ? boundUs : Math.max(boundUs ?? 0, bound);
    }
    for (const speaker of this.#home.speakers) this.#lookAtSpeaker(speaker, now);
    if (this.#home.schedule.size > MAX_PENDING)
      this.#say('caps', `${this.#home.schedule.size} things are pending`);
    const errorsUs = this.#home.speakers.map((speaker) => errors.get(speaker) ?? null);
    this.samples.push({ atUs: nowUs, errorsUs, spreadUs, boundUs });
  }

  membersOf(room: SimulatedRoom): SimulatedSpeaker[] {
    const lobby = this.#home.coordinator.disk.kept;
    const ids = new Set(
      lobby?.speakers.filter((one) => one.roomId === room.room.roomId).map((one) => one.name),
    );
    return this.#home.speakers.filter(({ name }) => ids.has(name));
  }

  /** The spread of those in place; undefined below two. */
  #lookAtRoom(room: SimulatedRoom, now: RoomUs, errors: Map<SimulatedSpeaker, number>): number | undefined {
    const { live } = room;
    if (!live || this.#home.coordinator.host.isAsleep) return undefined;
    const { state } = live;
    if (state.queue.length > QUEUE_LIMIT) this.#say('caps', `the queue holds ${state.queue.length}`);
    const intent = intentOf(state, now);
    const sinceChangeUs = this.#home.schedule.nowUs - (this.#ledger.changedUs.get(room.room.roomId) ?? 0);
    const isSettled =
      sinceChangeUs >= this.#limits.healS * 1e6 && now - state.timeline.anchorRoomUs >= EDGE_US;
    const inPlace: number[] = [];
    for (const speaker of this.membersOf(room)) {
      if (!isSettled || !this.#isInPlace(this.#conditions.of(speaker))) continue;
      if (this.#looks % AGREEMENT_EVERY === 0) this.#checkAgreement(room, speaker);
      if (intent.edgeUs < EDGE_US || isInaudible(state, speaker)) continue;
      const error = this.#checkPlace(speaker, intent);
      if (error === undefined) continue;
      errors.set(speaker, error);
      inPlace.push(error);
    }
    if (inPlace.length < 2) return undefined;
    const spread = Math.max(...inPlace) - Math.min(...inPlace);
    if (spread > this.#limits.spreadUs) this.#say('spread', `${state.name}: ${spread.toFixed(1)} µs`);
    return spread;
  }

  #isInPlace({ wholeSinceUs }: Condition): boolean {
    return (
      wholeSinceUs !== undefined && this.#home.schedule.nowUs - wholeSinceUs >= this.#limits.withinS * 1e6
    );
  }

  #checkPlace(speaker: SimulatedSpeaker, intent: Intent): number | undefined {
    const { heard } = speaker.device;
    const error = errorUs(heard, intent);
    const isRight = intent.sound ? error !== undefined : heard.kind === 'silence';
    if (!isRight) {
      // One instant may have been a fade.
      if (this.#isStrangeAgain(speaker))
        this.#say('place', `${speaker.name}: ${describe(heard)} is heard, not ${describeIntent(intent)}`);
      return undefined;
    }
    this.#strange.delete(speaker);
    if (error !== undefined && Math.abs(error) > this.#limits.errorUs)
      this.#say('error', `${speaker.name}: ${error.toFixed(1)} µs`);
    return error;
  }

  #isStrangeAgain(speaker: SimulatedSpeaker): boolean {
    const times = (this.#strange.get(speaker) ?? 0) + 1;
    this.#strange.set(speaker, times);
    return times > 1;
  }

  #checkAgreement({ live }: SimulatedRoom, speaker: SimulatedSpeaker): void {
    const reply = live?.answer({ kind: 'getSnapshot', speakerId: '' });
    if (reply?.kind !== 'snapshot') return;
    const { view } = speaker;
    const wrong = view ? AGREED.filter((part) => !isSame(view[part], reply[part])) : AGREED;
    if (wrong.length > 0)
      this.#say('agreement', `${speaker.name} knows another ${wrong.join(', ')} than its room`);
  }

  /** A speaker that is there is known to be there. */
  #checkPresence(speaker: SimulatedSpeaker): void {
    const { lobbyState, host } = this.#home.coordinator;
    const { wholeSinceUs } = this.#conditions.of(speaker);
    if (!lobbyState || wholeSinceUs === undefined || this.#home.schedule.nowUs - wholeSinceUs < PRESENT_US)
      return;
    const known = lobbyState.speakers.find(({ name }) => name === speaker.name);
    const lateUs = this.#limits.healS * 1e6;
    if (!known || !isOnline(lobbyState, known.speakerId, localUs(host.clock() - lateUs)))
      this.#say('agreement', `the lobby takes ${speaker.name} for offline`);
  }

  #boundOf({ live }: SimulatedRoom): number | undefined {
    const reply = live?.answer({ kind: 'command', body: { kind: 'getStatus' } });
    if (reply?.kind !== 'answer' || reply.body.kind !== 'status') return undefined;
    return reply.body.spreadBoundUs;
  }

  #lookAtSpeaker(speaker: SimulatedSpeaker, now: RoomUs): void {
    if (this.#looks % AGREEMENT_EVERY === 0) this.#checkPresence(speaker);
    const report = speaker.report();
    if (!report) return;
    this.#checkSlew(speaker, report);
    if (speaker.openStreams > MAX_STREAMS)
      this.#say('caps', `${speaker.name} has ${speaker.openStreams} streams`);
    const { view } = speaker;
    if (!view) return;
    if (view.upcoming.items.length > MAX_UPCOMING)
      this.#say('caps', `${view.upcoming.items.length} upcoming items`);
    this.#checkOwnView(speaker, view, now);
  }

  #checkSlew(speaker: SimulatedSpeaker, report: PlayerReport): void {
    const check = this.#slews.get(speaker) ?? new SlewCheck();
    this.#slews.set(speaker, check);
    const wrong = check.observe(report, this.#home.schedule.nowUs);
    if (wrong) this.#say('slew', `${speaker.name}: ${wrong}`);
  }

  /** Whatever has become of its room: a speaker plays what it was told last, and nothing older. */
  #checkOwnView(speaker: SimulatedSpeaker, view: RoomView, now: RoomUs): void {
    const { knowsClock, aloneSinceUs } = this.#conditions.of(speaker);
    const { host } = this.#home.coordinator;
    const isKnown = view.timeline.clockId === host.clockId && !host.isAsleep;
    if (this.#heldViewForUs(speaker, view) < WRITTEN_US || !isKnown || !knowsClock) return;
    if (now - view.timeline.anchorRoomUs < WRITTEN_US) return;
    const { heard } = speaker.device;
    const intent = intentOfTimeline(view.timeline, view.upcoming, now);
    if (heard.kind !== 'sound' || intent.edgeUs < EDGE_US) return;
    const error = errorUs(heard, intent);
    if (error === undefined || Math.abs(error) > WRONG_PLACE_US)
      this.#say('old epoch', `${speaker.name}: ${describe(heard)} is heard, not ${describeIntent(intent)}`);
    else if (aloneSinceUs !== undefined && Math.abs(error) > this.#limits.holdoverUs)
      this.#say('holdover', `${speaker.name}: ${error.toFixed(1)} µs`);
  }

  #heldViewForUs(speaker: SimulatedSpeaker, view: RoomView): number {
    const { nowUs } = this.#home.schedule;
    const known = this.#viewSinceUs.get(speaker);
    const isSame =
      known?.view?.timeline === view.timeline &&
      known.view.upcoming === view.upcoming &&
      known.view.runId === view.runId;
    if (!isSame) this.#viewSinceUs.set(speaker, { view, atUs: nowUs });
    return isSame ? nowUs - known.atUs : 0;
  }

  #say(invariant: Invariant, text: string): void {
    this.#violations.add(invariant, text);
  }
}

const AGREED = [
  'roomId',
  'runId',
  'seq',
  'timeline',
  'upcoming',
  'levels',
  'members',
] as const satisfies (keyof RoomView & keyof RoomSnapshot)[];

/** Parts of an event say also which part they are. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return isDeepStrictEqual({ ...a, kind: '' }, { ...b, kind: '' });
}

function isInaudible({ levels, members }: RoomState, { name }: SimulatedSpeaker): boolean {
  const me = members.find((member) => member.name === name);
  return levels.muted || levels.volume === 0 || !me || me.muted || me.volume === 0;
}

function describe(heard: Heard): string {
  return heard.kind === 'sound' ? `track ${heard.track} at ${heard.seconds.toFixed(4)} s` : heard.kind;
}

function describeIntent({ sound }: Intent): string {
  return sound ? `track ${sound.track} at ${sound.seconds.toFixed(4)} s` : 'silence';
}
