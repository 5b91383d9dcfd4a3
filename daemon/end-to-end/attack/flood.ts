import { setTimeout as sleep } from 'node:timers/promises';
import { Dealer } from 'zeromq';
import { LobbyReply, LobbyRequest, PROTOCOL } from '../../../protos/index.ts';
import { CONNECTION } from '../../net/connection.ts';
import { clientOptions } from '../../net/socket-keys.ts';
import type { Attack } from './attack.ts';
import type { Party } from './parties.ts';

const EVERY_MS = 10;

/** One client that sends so many commands a second, and doesn't wait for answers. */
export class Flood implements Attack {
  readonly name: string;
  readonly #socket: Dealer;
  readonly #port: number;
  readonly #party: Party;
  readonly #perTick: number;
  readonly #answers: Record<string, number> = {};
  #sent = 0;
  #fromMs = 0;
  #flooding: Promise<void> | undefined;
  #ended = false;

  constructor(port: number, party: Party, perSecond: number) {
    this.name = `a ${party.name} who sends ${perSecond} commands a second`;
    this.#port = port;
    this.#party = party;
    this.#perTick = (perSecond * EVERY_MS) / 1000;
    this.#socket = new Dealer({ ...CONNECTION, ...clientOptions(party.keys), sendTimeout: 1000 });
  }

  async start(): Promise<void> {
    this.#socket.connect(`tcp://127.0.0.1:${this.#port}`);
    this.#fromMs = performance.now();
    // Closing the socket may end its last read with an error.
    this.#receive().catch((error: unknown) => {
      if (!this.#ended) throw error;
    });
    this.#flooding = this.#send();
  }

  async stop(): Promise<string> {
    const seconds = (performance.now() - this.#fromMs) / 1000;
    this.#ended = true;
    await this.#flooding;
    this.#socket.close();
    const { done = 0 } = this.#answers;
    return (
      `${this.#sent} sent, ${(this.#sent / seconds).toFixed(0)} a second; ` +
      `${done} done, answers ${JSON.stringify(this.#answers)}`
    );
  }

  async #send(): Promise<void> {
    while (!this.#ended) {
      const dueInAll = ((performance.now() - this.#fromMs) / EVERY_MS) * this.#perTick;
      for (; this.#sent < dueInAll && !this.#ended; this.#sent += 1) {
        const isTaken = await this.#socket.send(['', this.#command(), this.#party.keys.proof]).then(
          () => true,
          () => false,
        );
        if (!isTaken) break;
      }
      await sleep(EVERY_MS);
    }
  }

  #command(): Uint8Array {
    const command = { body: { kind: 'setVolume', volume: 100 } } as const;
    const body = { kind: 'callRoom', room: 'main', command } as const;
    return LobbyRequest.encode({ protocol: PROTOCOL, requestId: `flood-${this.#sent}`, by: '', body });
  }

  async #receive(): Promise<void> {
    for await (const [, bytes] of this.#socket) {
      if (!bytes) continue;
      const { body } = LobbyReply.decode(bytes);
      const answer = body.kind === 'room' ? body.body : body;
      const outcome = answer.kind === 'failure' ? answer.code : answer.kind;
      this.#answers[outcome] = (this.#answers[outcome] ?? 0) + 1;
    }
  }
}
