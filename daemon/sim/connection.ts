import type { Process } from './host.ts';
import type { Path } from './path.ts';

const FIRST_RETRANSMIT_US = 200e3;
const LONGEST_RETRANSMIT_US = 120e6;
const GIVE_UP_US = 900e6;

/** One end of a connection. */
export interface End {
  readonly process: Process;
  /** The way from here to the other end. */
  readonly path: Path;
  onMessage(message: unknown): void;
  /** The connection is gone; told only to an end that lives. */
  onClose(): void;
}

interface Way {
  sent: number;
  delivered: number;
  readonly arrived: Map<number, unknown>;
}

const FIN = Symbol('the end of the stream');

/**
 * A TCP connection: what is sent arrives in order and whole, or late, or the connection breaks. Lost packets are
 * sent again after 0.2 s, 0.4 s and so on, up to two minutes, which is why one that was cut for long
 * goes on long after the network is whole.
 */
export class Connection {
  readonly #ends: readonly [End, End];
  readonly #ways: readonly [Way, Way] = [newWay(), newWay()];
  /** A sign of life that comes later breaks the connection; undefined: nobody looks. */
  readonly #patienceUs: number | undefined;
  #isOpen = true;

  constructor(ends: readonly [End, End], patienceUs: number | undefined) {
    this.#ends = ends;
    this.#patienceUs = patienceUs;
    for (const from of [0, 1] as const) ends[from].process.onDeath(() => this.#finish(from));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Messages on their way, or waiting for one that was lost. */
  get underWay(): number {
    return this.#ways.reduce((sum, way) => sum + way.sent - way.delivered, 0);
  }

  /** @param from which end sends */
  send(from: 0 | 1, message: unknown): void {
    if (!this.#isOpen || !this.#ends[from].process.isAlive) return;
    this.#put(from, message);
  }

  /** One end closes it; the other hears of it. */
  close(from: 0 | 1): void {
    if (this.#isOpen) this.#finish(from);
  }

  #finish(from: 0 | 1): void {
    if (this.#isOpen) this.#put(from, FIN);
  }

  #put(from: 0 | 1, message: unknown): void {
    const { schedule } = this.#ends[from].process.host;
    this.#transmit(from, this.#ways[from].sent++, message, schedule.nowUs, FIRST_RETRANSMIT_US);
  }

  #transmit(from: 0 | 1, number: number, message: unknown, sinceUs: number, waitUs: number): void {
    if (!this.#isOpen) return;
    const { process, path } = this.#ends[from];
    const { schedule } = process.host;
    const lateUs = schedule.nowUs - sinceUs;
    if (lateUs > (this.#patienceUs ?? GIVE_UP_US)) {
      this.#break();
      return;
    }
    const to = this.#ends[1 - from]!;
    const arrivalUs = to.process.host.isAsleep ? undefined : path.arrivalUs(schedule.nowUs);
    if (arrivalUs !== undefined) schedule.at(arrivalUs, () => this.#arrive(from, number, message));
    else {
      const nextWaitUs = Math.min(2 * waitUs, LONGEST_RETRANSMIT_US);
      schedule.after(waitUs, () => this.#transmit(from, number, message, sinceUs, nextWaitUs));
    }
  }

  #arrive(from: 0 | 1, number: number, message: unknown): void {
    const way = this.#ways[from];
    way.arrived.set(number, message);
    while (this.#isOpen && way.arrived.has(way.delivered)) {
      const next = way.arrived.get(way.delivered);
      way.arrived.delete(way.delivered++);
      this.#deliver(this.#ends[1 - from]!, next);
    }
  }

  #deliver(to: End, message: unknown): void {
    if (message === FIN) this.#break();
    else
      to.process.host.whenAwake(() => {
        if (to.process.isAlive && this.#isOpen) to.onMessage(message);
      });
  }

  #break(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const { process, onClose } of this.#ends)
      process.host.whenAwake(() => {
        if (process.isAlive) onClose();
      });
  }
}

function newWay(): Way {
  return { sent: 0, delivered: 0, arrived: new Map() };
}
