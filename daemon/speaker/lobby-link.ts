import { type Assignment, type Failure, LobbyReply, LobbyRequest } from '../../protos/index.ts';
import { Requester } from '../net/requester.ts';

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

const helloMs = 2000;
const answerMs = 1500;

/** Says hello to the lobby every two seconds, and at once when asked to. */
export class LobbyLink {
  readonly #requester: Requester<LobbyRequest['body'], LobbyReply['body']>;
  readonly #introduce: () => Introduction;
  readonly #events: LobbyEvents;
  #timer: NodeJS.Timeout | undefined;

  constructor(address: string, introduce: () => Introduction, events: LobbyEvents) {
    this.#requester = new Requester(address, LobbyRequest, LobbyReply);
    this.#introduce = introduce;
    this.#events = events;
  }

  start(): void {
    this.#requester.start();
    this.#timer = setInterval(() => void this.hello(), helloMs);
    void this.hello();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#requester.stop();
  }

  async hello(): Promise<void> {
    const reply = await this.#requester
      .request({ kind: 'hello', ...this.#introduce() }, answerMs)
      .catch(() => undefined);
    if (reply?.kind === 'assignment') this.#events.onAssignment(reply);
    else if (reply?.kind === 'failure') this.#events.onRefusal(reply);
    else this.#events.onSilence();
  }
}
