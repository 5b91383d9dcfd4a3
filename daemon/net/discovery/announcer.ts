import type { Bonjour } from 'bonjour-service';
import { messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import { type Announcement, instanceName, SERVICE_TYPE, txtOf } from './announcement.ts';
import { bonjourOn } from './bonjour.ts';
import { ownAddresses } from './multicast.ts';

/** Addresses come and go: DHCP, a cable that is put in, Wi-Fi that is late at boot. */
const LOOK_EVERY_MS = 5000;
/** The goodbye is one packet; nobody waits for it longer. */
const GOODBYE_WITHIN_MS = 300;

/** Announces a coordinator on the networks of this host by mDNS/DNS-SD, and says goodbye when it stops. */
export class Announcer {
  readonly #announcement: Announcement;
  readonly #listen: string;
  readonly #logger: Logger;
  readonly #published = new Map<string, Bonjour>();
  #timer: NodeJS.Timeout | undefined;
  #looking = Promise.resolve();

  /** @param listen the address that the coordinator listens on; 0.0.0.0: all */
  constructor(announcement: Announcement, listen: string, logger: Logger) {
    this.#announcement = announcement;
    this.#listen = listen;
    this.#logger = logger;
  }

  /** Announces from now on. That it can't is said in the log: who knows the address needs no announcement. */
  start(): void {
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Withdraws what was announced. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all([...this.#published.keys()].map((address) => this.#withdraw(address)));
  }

  #look(): void {
    this.#looking = this.#looking
      .then(() => this.#follow(this.#addresses()))
      .catch((error) => this.#logger.warn(`can't announce itself: ${messageOf(error)}`));
  }

  #addresses(): string[] {
    const own = ownAddresses();
    return this.#listen === '0.0.0.0' ? own : own.filter((address) => address === this.#listen);
  }

  async #follow(addresses: readonly string[]): Promise<void> {
    const gone = [...this.#published.keys()].filter((address) => !addresses.includes(address));
    await Promise.all(gone.map((address) => this.#withdraw(address)));
    for (const address of addresses) if (!this.#published.has(address)) await this.#publish(address);
  }

  async #publish(address: string): Promise<void> {
    const { name, port, id } = this.#announcement;
    try {
      const bonjour = await bonjourOn(address, (error) => this.#warn(address, error));
      this.#published.set(address, bonjour);
      bonjour.publish({
        name: instanceName(this.#announcement),
        type: SERVICE_TYPE,
        port,
        txt: txtOf(this.#announcement),
        // A name of its own: that of the host is Avahi's to answer for.
        host: `jam-${id.slice(0, 8)}.local`,
        probe: false,
        disableIPv6: true,
      });
      this.#logger.info(`announced as ${name} on ${address}`);
    } catch (error) {
      this.#warn(address, error);
    }
  }

  async #withdraw(address: string): Promise<void> {
    const bonjour = this.#published.get(address);
    this.#published.delete(address);
    if (!bonjour) return;
    const said = Promise.withResolvers<void>();
    const tooLate = setTimeout(said.resolve, GOODBYE_WITHIN_MS);
    bonjour.unpublishAll(said.resolve);
    await said.promise;
    clearTimeout(tooLate);
    bonjour.destroy();
  }

  #warn(address: string, error: unknown): void {
    this.#logger.warn(
      `can't announce itself on ${address}, so speakers there need --coordinator ${address}: ${messageOf(error)}`,
    );
  }
}
