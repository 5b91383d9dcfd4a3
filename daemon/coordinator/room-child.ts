import type { RoomReply, RoomRequest } from '../../protos/index.ts';
import type { Logger } from '../logger.ts';
import { NoReplyError, type RequestHead, type Requests } from '../net/request.ts';
import type { Timers } from '../timers.ts';
import type { LocalClock } from '../units.ts';
import type { LobbyRoom } from './lobby.ts';
import { Refusal } from './refusal.ts';
import { restartDelayMs } from './restart-delay.ts';

/** Asks a room. */
export type RoomLink = Requests<RoomRequest['body'], RoomReply['body']>;

/** One run of a room's process. */
export interface RoomRun {
  /** Of use once it is ready. */
  connect(): RoomLink;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface RunEvents {
  onReady(): void;
  /**
   * @param how for people
   * @param cause why it could not start, where it has said so
   */
  onEnd(how: string, cause?: string): void;
}

/** Runs room processes; see ForkedRooms. */
export interface RoomLauncher {
  /** Called before the first launch. */
  prepare(): Promise<void>;
  launch(room: LobbyRoom, events: RunEvents): RoomRun;
  /** Removes what a room has saved; it doesn't run any more. */
  discard(roomId: string): void;
}

/** What a room process is run with. */
export interface RoomHost {
  readonly launcher: RoomLauncher;
  readonly clock: LocalClock;
  readonly timers: Timers;
  readonly logger: Logger;
}

const REQUEST_WITHIN_MS = 3000;

/** One room's process: started again whenever it ends, until stop(). */
export class RoomChild {
  readonly #host: RoomHost;
  readonly #onReady: () => void;
  #room: LobbyRoom;
  #run: RoomRun | undefined;
  #link: RoomLink | undefined;
  #linkLost: PromiseWithResolvers<never> | undefined;
  readonly #firstUp = Promise.withResolvers<void>();
  #cancelRestart = () => {};
  /** Why the last run could not start. */
  #cause: string | undefined;
  #failures = 0;
  #stopping = false;

  /** @param onReady called whenever the room is up, after a restart too */
  constructor(room: LobbyRoom, host: RoomHost, onReady: () => void) {
    this.#room = room;
    this.#host = host;
    this.#onReady = onReady;
  }

  start(): void {
    const { launcher, clock } = this.#host;
    const startedUs = clock();
    const run = launcher.launch(this.#room, {
      onReady: () => this.#up(run),
      onEnd: (how, cause) => {
        if (this.#run === run) this.#down(how, cause, (clock() - startedUs) / 1000);
      },
    });
    this.#run = run;
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelRestart();
    await this.#run?.stop();
  }

  /** Resolves when the room is up for the first time. */
  get firstUp(): Promise<void> {
    return this.#firstUp.promise;
  }

  get isUp(): boolean {
    return this.#link !== undefined;
  }

  /** Why the last run could not start, where it has said so. */
  get problem(): string | undefined {
    return this.#cause;
  }

  /** The room's name may change while it runs. */
  rename(room: LobbyRoom): void {
    this.#room = room;
  }

  /** @throws {Refusal} BUSY when the room is restarting or doesn't answer in time; REFUSED when it can't start */
  async request(
    body: RoomRequest['body'],
    withinMs = REQUEST_WITHIN_MS,
    head: RequestHead = {},
  ): Promise<RoomReply['body']> {
    if (!this.#link || !this.#linkLost) throw this.#notUp();
    const reply = this.#link.request(body, withinMs, head);
    try {
      return await Promise.race([reply, this.#linkLost.promise]);
    } catch (error) {
      reply.catch(() => {});
      if (error instanceof NoReplyError)
        throw new Refusal('BUSY', `room ${this.#room.name} doesn't answer: try again in a moment`);
      throw error;
    }
  }

  // A link of its own for each run: what was on its way to one that died must not reach the next.
  #up(run: RoomRun): void {
    this.#cause = undefined;
    this.#link = run.connect();
    this.#linkLost = Promise.withResolvers();
    this.#linkLost.promise.catch(() => {});
    this.#onReady();
    this.#firstUp.resolve();
  }

  #down(how: string, cause: string | undefined, livedMs: number): void {
    this.#run = undefined;
    this.#cause = cause;
    this.#link?.stop();
    this.#link = undefined;
    this.#linkLost?.reject(this.#notUp());
    if (this.#stopping) return;
    const { delayMs, failures } = restartDelayMs(this.#failures, livedMs);
    this.#failures = failures;
    const when = delayMs === 0 ? 'at once' : `in ${delayMs / 1000} s`;
    this.#host.logger.warn(`room ${this.#room.name} has ended (${how}), restarting it ${when}`);
    this.#cancelRestart = this.#host.timers.after(delayMs, () => this.start());
  }

  #notUp(): Refusal {
    if (this.#cause) return new Refusal('REFUSED', `room ${this.#room.name} can't start: ${this.#cause}`);
    return new Refusal('BUSY', `room ${this.#room.name} is restarting: try again in a moment`);
  }
}
