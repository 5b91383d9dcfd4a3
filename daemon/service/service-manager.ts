import type { LocalUs } from '../units.ts';

/** How often within its period the watchdog is fed. */
const WATCHDOG_PARTS = 4;

/**
 * What a daemon tells the service manager that has started it, systemd: see sd_notify(3). Without one it tells
 * nobody.
 */
export class ServiceManager {
  readonly #send: (message: string) => void;
  readonly #watchdogUs: number | undefined;
  #ready = false;
  #status = '';
  #fedUs = Number.NEGATIVE_INFINITY;

  /**
   * @param send takes a message
   * @param watchdogUs how long the service manager waits for a sign of life before it starts the daemon anew;
   *   undefined: for ever
   */
  constructor(send: (message: string) => void, watchdogUs: number | undefined) {
    this.#send = send;
    this.#watchdogUs = watchdogUs;
  }

  /** The daemon does now what it is for. */
  ready(): void {
    if (this.#ready) return;
    this.#ready = true;
    this.#send('READY=1');
  }

  /** The line that `systemctl status` shows. */
  status(text: string): void {
    const line = text.replaceAll(/\s+/g, ' ');
    if (line === this.#status) return;
    this.#status = line;
    this.#send(`STATUS=${line}`);
  }

  /** What matters goes on. To be called as often as that is seen; passed on a few times in a watchdog's period. */
  alive(now: LocalUs): void {
    if (this.#watchdogUs === undefined || now - this.#fedUs < this.#watchdogUs / WATCHDOG_PARTS) return;
    this.#fedUs = now;
    this.#send('WATCHDOG=1');
  }

  /** The daemon ends because it was told to. */
  stopping(): void {
    this.#send('STOPPING=1');
  }
}
