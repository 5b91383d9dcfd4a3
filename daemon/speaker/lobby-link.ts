import type { Assignment, Failure, LobbyReply, LobbyRequest } from '../../protos/index.ts';
import type { Requests } from '../net/request.ts';
import type { Timers } from '../timers.ts';

/** Who a speaker says it is. */
export interface Introduction {
  readonly speakerId: string;
  readonly name: string;
  readonly version: string;
  readonly device: string;
  /** Told only if it was set on the command line. */
  readonly delayUs?: number;
}

export interface LobbyEvents {
  /** Where the speaker's room is; called on each answer, changed or not. */
  onAssignment(assignment: Assignment): void;
  onRefusal(failure: Failure): void;
  onSilence(): void;
}

/** Asks the lobby. */
export type LobbyRequests = Requests<LobbyRequest['body'], LobbyReply['body']>;

const helloMs = 2000;
const answerMs = 1500;

/** Says hello to the lobby every two seconds, and at once when asked to. */
export class LobbyLink {
  readonly #requests: LobbyRequests;
  readonly #timers: Timers;
  readonly #introduce: () => Introduction;
  readonly #events: LobbyEvents;
  #stopHellos = () => {};

  /** @param requests to the lobby; this link's to stop */
  constructor(requests: LobbyRequests, timers: Timers, introduce: () => Introduction, events: LobbyEvents) {
    this.#requests = requests;
    this.#timers = timers;
    this.#introduce = introduce;
    this.#events = events;
  }

  start(): void {
    this.#stopHellos = this.#timers.every(helloMs, () => void this.hello());
    void this.hello();
  }

  stop(): void {
    this.#stopHellos();
    this.#requests.stop();
  }

  async hello(): Promise<void> {
    const reply = await this.#requests
      .request({ kind: 'hello', ...this.#introduce() }, answerMs)
      .catch(() => undefined);
    if (reply?.kind === 'assignment') this.#events.onAssignment(reply);
    else if (reply?.kind === 'failure') this.#events.onRefusal(reply);
    else this.#events.onSilence();
  }
}
