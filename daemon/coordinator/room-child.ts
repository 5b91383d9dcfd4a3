import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RoomReply, RoomRequest } from '../../protos/index.ts';
import type { Logger } from '../logger.ts';
import { NoReplyError, Requester } from '../net/requester.ts';
import type { LobbyRoom } from './lobby.ts';
import { roomPorts } from './ports.ts';
import { Refusal } from './refusal.ts';
import { restartDelayMs } from './restart-delay.ts';

/** What all rooms of a coordinator have in common. */
export interface RoomSettings {
  /** IPv4 address that the rooms listen on. */
  readonly listen: string;
  readonly lobbyPort: number;
  readonly logLevel: string;
  /** Path of a room's SQLite file. */
  database(roomId: string): string;
}

const MAIN = fileURLToPath(new URL('room/main.ts', import.meta.url));
const REQUEST_WITHIN_MS = 3000;
const READY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 1000;

type Link = Requester<RoomRequest['body'], RoomReply['body']>;

/** One room's process: started again whenever it ends, until stop(). */
export class RoomChild {
  readonly #settings: RoomSettings;
  readonly #logger: Logger;
  readonly #onReady: () => void;
  #room: LobbyRoom;
  #child: ChildProcess | undefined;
  #link: Link | undefined;
  #linkLost: PromiseWithResolvers<never> | undefined;
  readonly #firstUp = Promise.withResolvers<void>();
  #restartTimer: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopping = false;

  /** @param onReady called whenever the room is up, after a restart too */
  constructor(room: LobbyRoom, settings: RoomSettings, onReady: () => void, logger: Logger) {
    this.#room = room;
    this.#settings = settings;
    this.#onReady = onReady;
    this.#logger = logger;
  }

  start(): void {
    const child = fork(MAIN, this.#arguments(), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const startedMs = performance.now();
    const tooSlow = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS);
    child.once('message', () => {
      clearTimeout(tooSlow);
      this.#up();
    });
    const ended = (how: string) => {
      clearTimeout(tooSlow);
      if (this.#child === child) this.#down(how, performance.now() - startedMs);
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    this.#child = child;
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (!child) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const tooSlow = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await gone;
    clearTimeout(tooSlow);
  }

  /** Resolves when the room is up for the first time. */
  get firstUp(): Promise<void> {
    return this.#firstUp.promise;
  }

  get isUp(): boolean {
    return this.#link !== undefined;
  }

  /** The room's name may change while it runs. */
  rename(room: LobbyRoom): void {
    this.#room = room;
  }

  /** @throws {Refusal} BUSY when the room is restarting or doesn't answer in time */
  async request(body: RoomRequest['body'], withinMs = REQUEST_WITHIN_MS): Promise<RoomReply['body']> {
    if (!this.#link || !this.#linkLost) throw this.#restarting();
    const reply = this.#link.request(body, withinMs);
    try {
      return await Promise.race([reply, this.#linkLost.promise]);
    } catch (error) {
      reply.catch(() => {});
      if (error instanceof NoReplyError)
        throw new Refusal('BUSY', `room ${this.#room.name} doesn't answer: try again in a moment`);
      throw error;
    }
  }

  #arguments(): string[] {
    const { listen, lobbyPort, logLevel, database } = this.#settings;
    const { roomId, name, slot } = this.#room;
    const options = {
      'room-id': roomId,
      name,
      listen,
      'events-port': roomPorts(lobbyPort, slot).eventsPort,
      database: database(roomId),
      'log-level': logLevel,
    };
    return Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  }

  // A link of its own for each run: what was on its way to one that died must not reach the next.
  #up(): void {
    const { listen, lobbyPort } = this.#settings;
    const host = listen === '0.0.0.0' ? '127.0.0.1' : listen;
    const { requestsPort } = roomPorts(lobbyPort, this.#room.slot);
    this.#link = new Requester(`tcp://${host}:${requestsPort}`, RoomRequest, RoomReply);
    this.#link.start();
    this.#linkLost = Promise.withResolvers();
    this.#linkLost.promise.catch(() => {});
    this.#onReady();
    this.#firstUp.resolve();
  }

  #down(how: string, livedMs: number): void {
    this.#child = undefined;
    this.#link?.stop();
    this.#link = undefined;
    this.#linkLost?.reject(this.#restarting());
    if (this.#stopping) return;
    const { delayMs, failures } = restartDelayMs(this.#failures, livedMs);
    this.#failures = failures;
    const when = delayMs === 0 ? 'at once' : `in ${delayMs / 1000} s`;
    this.#logger.warn(`room ${this.#room.name} has ended (${how}), restarting it ${when}`);
    this.#restartTimer = setTimeout(() => this.start(), delayMs);
  }

  #restarting(): Refusal {
    return new Refusal('BUSY', `room ${this.#room.name} is restarting: try again in a moment`);
  }
}
