import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { errnoOf } from '../errno.ts';

/** A killed coordinator's rooms need a moment to notice and to end. */
const RETRIES = 20;
const RETRY_MS = 50;

/**
 * Those of some TCP ports that another program listens on; told after a second, in which they may become free.
 * @throws when the address isn't one of this host's
 */
export async function portsInUse(address: string, ports: readonly number[]): Promise<number[]> {
  let taken = await takenNow(address, ports);
  for (let i = 0; i < RETRIES && taken.length > 0; i += 1) {
    await pause(RETRY_MS);
    taken = await takenNow(address, taken);
  }
  return taken;
}

/** Such as `port 7400 is used by another program`. */
export function describePorts(ports: readonly number[]): string {
  const which = ports.length === 1 ? `port ${ports[0]} is` : `ports ${ports.join(', ')} are`;
  return `${which} used by another program`;
}

async function takenNow(address: string, ports: readonly number[]): Promise<number[]> {
  const taken = await Promise.all(ports.map((port) => isTaken(address, port)));
  return ports.filter((_, i) => taken[i]);
}

async function isTaken(address: string, port: number): Promise<boolean> {
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen({ host: address, port, exclusive: true }, listening.resolve);
  try {
    await listening.promise;
    return false;
  } catch (error) {
    if (errnoOf(error) === 'EADDRINUSE') return true;
    throw error;
  } finally {
    await new Promise((closed) => server.close(closed));
  }
}
