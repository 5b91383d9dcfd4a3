import type { HomeNow, RoomFacts } from '../metrics/facts.ts';
import type { Timers } from '../timers.ts';
import type { LocalClock } from '../units.ts';
import type { ServiceManager } from './service-manager.ts';

/** What is asked of a coordinator for its service manager. */
export interface ServedHome {
  /** The home as it is now; it doesn't wait for a room that hangs. */
  facts(): Promise<HomeNow>;
}

const CHECK_EVERY_MS = 2000;

/**
 * Tells the service manager how a coordinator is: alive as long as its event loop turns and its rooms answer. A room
 * that has ended is started anew by the coordinator itself; one that hangs, by the service manager with all others.
 */
export class CoordinatorService {
  readonly #manager: ServiceManager;
  readonly #home: ServedHome;
  readonly #clock: LocalClock;
  readonly #timers: Timers;
  #stopChecking = () => {};

  constructor(manager: ServiceManager, home: ServedHome, clock: LocalClock, timers: Timers) {
    this.#manager = manager;
    this.#home = home;
    this.#clock = clock;
    this.#timers = timers;
  }

  /** To be called when the coordinator does what it is for. */
  start(): void {
    this.#manager.ready();
    this.#stopChecking = this.#timers.every(CHECK_EVERY_MS, () => void this.#check());
    void this.#check();
  }

  stop(): void {
    this.#stopChecking();
    this.#manager.stopping();
  }

  async #check(): Promise<void> {
    const facts = await this.#home.facts();
    this.#manager.status(coordinatorStatus(facts));
    if (!facts.rooms.some(hangs)) this.#manager.alive(this.#clock());
  }
}

const hangs = ({ isUp, status }: RoomFacts): boolean => isUp && status === undefined;

/** The line that `systemctl status` shows for a coordinator. */
export function coordinatorStatus({ name, rooms, speakers }: HomeNow): string {
  const online = speakers.filter((speaker) => speaker.online).length;
  const told = rooms.map((room) => `${room.name} ${stateOf(room)}`);
  return `${name}: ${online} of ${speakers.length} speakers online; ${told.join(', ')}`;
}

function stateOf(room: RoomFacts): string {
  if (room.status) return room.status.state.toLowerCase();
  return hangs(room) ? 'does not answer' : 'is restarting';
}
