import type { Info, LobbyReply, LobbyRequest } from '../../../protos/index.ts';
import { messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import type { LocalClock, LocalUs } from '../../units.ts';
import { NoReplyError, type RequestHead, type Requests } from '../request.ts';
import type { Sighting } from './announcement.ts';
import { choose, describeSightings } from './choose.ts';
import { DEFAULT_PORT, isSameName, type Place, type WantedCoordinator } from './place.ts';

type LobbyRequests = Requests<LobbyRequest['body'], LobbyReply['body']>;

/** A coordinator that a speaker has been with. */
export interface KnownCoordinator extends Place {
  readonly id: string;
  readonly name: string;
}

/** What a followed lobby has around it. */
export interface LobbySurroundings {
  readonly clock: LocalClock;
  /** Asks what is at a place, from now on. */
  readonly connect: (place: Place) => LobbyRequests;
  /** Which coordinators there are on the network. */
  readonly browse: () => Promise<readonly Sighting[]>;
  /** Keeps the coordinator for the next start. */
  readonly remember: (known: KnownCoordinator) => void;
  /** The coordinator is at another place now. */
  readonly onMove: (place: Place) => void;
  readonly log: Logger;
}

/** On the own host a coordinator is found at once, and without any network. */
const HERE: Place = { host: '127.0.0.1', port: DEFAULT_PORT };
/** While nobody answers, the network is asked again after this, then after twice as long, and so on. */
const LOOK_AGAIN_US = 2_000_000;
const LOOK_AGAIN_AT_MOST_US = 30_000_000;

/**
 * The lobby of the coordinator that a speaker belongs to, wherever that is: at the place that was told, else where
 * it was last, else on the own host, else where it announces itself. Once a speaker has been with a coordinator, it
 * stays with that one: another, even at the same address, is as good as silence.
 */
export class FollowedLobby implements LobbyRequests {
  readonly #wanted: WantedCoordinator;
  readonly #around: LobbySurroundings;
  #known: KnownCoordinator | undefined;
  #place: Place;
  #requests: LobbyRequests | undefined;
  /** Whether who answers here was asked who it is since the last silence. */
  #isSure = false;
  #isLooking = false;
  #nextLookUs = 0;
  #lookAgainUs = LOOK_AGAIN_US;
  #said = '';
  #stopped = false;
  /** Rejected when the coordinator is found elsewhere: what is under way is asked there at once. */
  #moved = newMove();

  /** @param known of an earlier run; counts unless another is wanted by name */
  constructor(wanted: WantedCoordinator, known: KnownCoordinator | undefined, around: LobbySurroundings) {
    this.#wanted = wanted;
    this.#around = around;
    this.#known = known && isWanted(known, wanted) ? known : undefined;
    this.#place = startOf(wanted, this.#known);
  }

  start(): void {
    this.#requests = this.#around.connect(this.#place);
  }

  /** Where it is, or is taken to be. */
  get place(): Place {
    return this.#place;
  }

  /** @throws {NoReplyError} after timeoutMs, and when another coordinator than the own answers */
  async request(
    body: LobbyRequest['body'],
    timeoutMs: number,
    head?: RequestHead,
  ): Promise<LobbyReply['body']> {
    const place = this.#place;
    try {
      if (!this.#isSure && this.#wanted.kind !== 'place') await this.#makeSure(timeoutMs);
      return await this.#ask(body, timeoutMs, head);
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error;
      if (place !== this.#place && !this.#stopped) return this.request(body, timeoutMs, head);
      this.#isSure = false;
      if (this.#wanted.kind !== 'place') void this.#look();
      throw error;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#requests?.stop();
  }

  async #ask(body: LobbyRequest['body'], timeoutMs: number, head?: RequestHead) {
    if (!this.#requests) throw new NoReplyError('the lobby is not followed yet');
    return Promise.race([this.#requests.request(body, timeoutMs, head), this.#moved.promise]);
  }

  async #makeSure(timeoutMs: number): Promise<void> {
    const place = this.#place;
    const info = await this.#ask({ kind: 'getInfo' }, timeoutMs);
    if (info.kind !== 'info') return;
    if (!this.#accepts(info)) {
      this.#say(`another coordinator, ${info.name}, answers at ${place.host}:${place.port}`);
      throw new NoReplyError(`${info.name} is another coordinator`);
    }
    this.#isSure = true;
    this.#lookAgainUs = LOOK_AGAIN_US;
    this.#nextLookUs = 0;
    this.#said = '';
    if (info.coordinatorId) this.#remember({ ...place, id: info.coordinatorId, name: info.name });
  }

  #accepts({ coordinatorId, name }: Info): boolean {
    const { kind } = this.#wanted;
    // A host that was named is a fixed address.
    if (kind === 'name' && this.#wanted.name === this.#place.host) return true;
    if (this.#known) return coordinatorId === undefined || coordinatorId === this.#known.id;
    return kind !== 'name' || isSameName(name, this.#wanted.name);
  }

  #remember(known: KnownCoordinator): void {
    const { id, name, host, port } = this.#known ?? {};
    if (id === known.id && name === known.name && host === known.host && port === known.port) return;
    this.#known = known;
    this.#around.remember(known);
  }

  async #look(): Promise<void> {
    const now = this.#around.clock();
    if (this.#isLooking || now < this.#nextLookUs) return;
    this.#isLooking = true;
    const sightings = await this.#sightings();
    this.#isLooking = false;
    this.#planNextLook(this.#around.clock());
    if (!this.#stopped && !this.#isSure) this.#follow(sightings);
  }

  async #sightings(): Promise<readonly Sighting[]> {
    try {
      return await this.#around.browse();
    } catch (error) {
      this.#around.log.warn(`can't look for coordinators on the network: ${messageOf(error)}`);
      return [];
    }
  }

  #planNextLook(now: LocalUs): void {
    this.#nextLookUs = now + this.#lookAgainUs;
    this.#lookAgainUs = Math.min(this.#lookAgainUs * 2, LOOK_AGAIN_AT_MOST_US);
  }

  #follow(sightings: readonly Sighting[]): void {
    const name = this.#wanted.kind === 'name' ? this.#wanted.name : undefined;
    const choice = choose(sightings, this.#known ? { id: this.#known.id } : { name });
    if (choice.kind === 'one') this.#moveTo(choice.sighting);
    else if (choice.kind === 'several')
      this.#say(`${choice.sightings.length} coordinators are here: ${describeSightings(choice.sightings)}`);
    else if (sightings.length > 0)
      this.#say(`${this.#known?.name ?? name} isn't here, but ${describeSightings(sightings)}`);
  }

  #moveTo({ id, name, host, port }: Sighting): void {
    if (host === this.#place.host && port === this.#place.port) return;
    this.#around.log.info(`found the coordinator ${name} at ${host}:${port}`);
    this.#remember({ id, name, host, port });
    this.#place = { host, port };
    this.#requests?.stop();
    this.#requests = this.#around.connect(this.#place);
    this.#around.onMove(this.#place);
    this.#moved.reject(new NoReplyError('the coordinator is elsewhere'));
    this.#moved = newMove();
  }

  /** Says what is wrong once, not each time it is found again. */
  #say(problem: string): void {
    if (problem !== this.#said)
      this.#around.log.warn(`${problem}; say which this speaker belongs to: --coordinator NAME or HOST`);
    this.#said = problem;
  }
}

function newMove(): PromiseWithResolvers<never> {
  const move = Promise.withResolvers<never>();
  move.promise.catch(() => {}); // also when nothing is under way
  return move;
}

function isWanted(known: KnownCoordinator, wanted: WantedCoordinator): boolean {
  if (wanted.kind === 'place') return false;
  return wanted.kind === 'any' || isSameName(known.name, wanted.name) || known.host === wanted.name;
}

function startOf(wanted: WantedCoordinator, known: KnownCoordinator | undefined): Place {
  if (wanted.kind === 'place') return wanted.place;
  if (known) return { host: known.host, port: known.port };
  return wanted.kind === 'name' && !/\s/.test(wanted.name) ? { host: wanted.name, port: DEFAULT_PORT } : HERE;
}
