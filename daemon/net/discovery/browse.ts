import type { Bonjour } from 'bonjour-service';
import { SERVICE_TYPE, type Sighting, sightingOf } from './announcement.ts';
import { bonjourOn } from './bonjour.ts';
import { ownAddresses } from './multicast.ts';

/** How long to look around. */
export interface BrowseTimes {
  /** When nobody answers. */
  readonly noneMs: number;
  /** After the first answer, for the others'. */
  readonly settleMs: number;
}

/** A question may get lost. */
const ASK_EVERY_MS = 400;

/**
 * Asks the networks of this host which coordinators there are. Each is told once, in order of their names.
 * Networks that can't be asked are left out: what is looked for may well be on another.
 */
export async function browse({ noneMs, settleMs }: BrowseTimes): Promise<Sighting[]> {
  const found = new Map<string, Sighting>();
  const over = Promise.withResolvers<void>();
  const networks = await openAll(over.resolve);
  if (networks.length === 0) return [];
  let timer = setTimeout(over.resolve, noneMs);
  const browsers = networks.map((network) =>
    network.find({ type: SERVICE_TYPE }, (service) => {
      const sighting = sightingOf(service);
      if (!sighting || found.has(sighting.id)) return;
      if (found.size === 0) {
        clearTimeout(timer);
        timer = setTimeout(over.resolve, settleMs);
      }
      found.set(sighting.id, sighting);
    }),
  );
  const asking = setInterval(() => browsers.forEach((browser) => void browser.update()), ASK_EVERY_MS);
  await over.promise;
  clearInterval(asking);
  clearTimeout(timer);
  for (const network of networks) network.destroy();
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

async function openAll(onProblem: () => void): Promise<Bonjour[]> {
  const opened = await Promise.allSettled(ownAddresses().map((address) => bonjourOn(address, onProblem)));
  return opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}
