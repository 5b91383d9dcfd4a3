import type { Timers } from '../timers.ts';
import type { LocalClock } from '../units.ts';
import type { ServiceManager } from './service-manager.ts';

const CHECK_EVERY_MS = 2000;

/** Tells the service manager how a room host is: alive as long as its event loop turns. */
export class RoomHostService {
  readonly #manager: ServiceManager;
  readonly #host: { readonly status: string };
  readonly #clock: LocalClock;
  readonly #timers: Timers;
  #stopChecking = () => {};

  constructor(manager: ServiceManager, host: { readonly status: string }, clock: LocalClock, timers: Timers) {
    this.#manager = manager;
    this.#host = host;
    this.#clock = clock;
    this.#timers = timers;
  }

  /** To be called when the host does what it is for. */
  start(): void {
    this.#manager.ready();
    this.#stopChecking = this.#timers.every(CHECK_EVERY_MS, () => this.#check());
    this.#check();
  }

  stop(): void {
    this.#stopChecking();
    this.#manager.stopping();
  }

  #check(): void {
    this.#manager.status(this.#host.status);
    this.#manager.alive(this.#clock());
  }
}
