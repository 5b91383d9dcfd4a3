import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack } from './attack.ts';
import type { Parties } from './parties.ts';

const EVERY_MS = 20;
const WITHIN_MS = 10_000;

/** Somebody who tries one password after the other for a name, with one key. */
export class Guesser implements Attack {
  readonly name = 'somebody who guesses a password';
  readonly #parties: Parties;
  readonly #user: string;
  readonly #answers: Record<string, number> = {};
  #guessing: Promise<void> | undefined;
  #ended = false;

  constructor(parties: Parties, user: string) {
    this.#parties = parties;
    this.#user = user;
  }

  /** How often a guess was looked at. */
  get tries(): number {
    return this.#answers.UNAUTHENTICATED ?? 0;
  }

  async start(): Promise<void> {
    this.#guessing = this.#guess();
  }

  async stop(): Promise<string> {
    this.#ended = true;
    await this.#guessing;
    if (this.#answers.identity) throw new Error('the guesser got in');
    return `answers ${JSON.stringify(this.#answers)}`;
  }

  async #guess(): Promise<void> {
    const client = this.#parties.clientOf(this.#parties.stranger());
    for (let i = 0; !this.#ended; i += 1) {
      const guess = { name: this.#user, password: `guess number ${i}`, code: '', client: 'test' };
      const reply = await client.request({ kind: 'login', ...guess }, WITHIN_MS);
      const outcome = reply.kind === 'failure' ? reply.code : reply.kind;
      this.#answers[outcome] = (this.#answers[outcome] ?? 0) + 1;
      await sleep(EVERY_MS);
    }
    client.stop();
  }
}
