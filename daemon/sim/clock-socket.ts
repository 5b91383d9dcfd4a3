import type { ClockSample } from '../clock/sample.ts';
import { NoReplyError } from '../net/request.ts';
import { type LocalUs, roomUs } from '../units.ts';
import type { Host, Process } from './host.ts';
import { Client, type Network } from './network.ts';

/** What a clock responder answers. */
export interface ClockAnswer {
  readonly t1Us: number;
  readonly t2Us: number;
  readonly clockId: string;
}

// As in clock-client.ts.
const REPLY_WITHIN_MS = 500;
const PATIENCE_US = 2e6;

/** Exchanges clock samples with the coordinator, as ClockClient does. */
export class ClockSocket {
  readonly #process: Process;
  readonly #client: Client;
  #waiting: { readonly t1Us: LocalUs; readonly resolve: (sample: ClockSample) => void } | undefined;

  constructor(network: Network, process: Process, coordinator: Host, port: number) {
    this.#process = process;
    const options = { kept: 0, patienceUs: PATIENCE_US };
    this.#client = new Client(network, process, coordinator, port, options, (answer) =>
      // Only answers come here.
      this.#take(answer as ClockAnswer),
    );
  }

  start(): void {
    this.#client.start();
  }

  stop(): void {
    this.#client.stop();
  }

  /** @throws {NoReplyError} when nobody answers */
  exchange(): Promise<ClockSample> {
    return new Promise((resolve, reject) => {
      let isLate = false;
      const cancel = this.#process.timers.after(REPLY_WITHIN_MS, () => {
        isLate = true;
        this.#waiting = undefined;
        reject(new NoReplyError('no reply'));
      });
      void this.#client.connected().then(() => {
        if (isLate) return;
        const t1Us = this.#process.host.clock();
        this.#waiting = {
          t1Us,
          resolve: (sample) => {
            cancel();
            resolve(sample);
          },
        };
        this.#client.send({ t1Us });
      });
    });
  }

  #take({ t1Us, t2Us, clockId }: ClockAnswer): void {
    if (this.#waiting?.t1Us !== t1Us) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const at = roomUs(t2Us);
    waiting.resolve({ t1Us: waiting.t1Us, t2Us: at, t3Us: at, t4Us: this.#process.host.clock(), clockId });
  }
}
