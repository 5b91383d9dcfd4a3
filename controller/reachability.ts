import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from './address.ts';

/** Why no connection comes about, or 'open' when one does. */
export type Reachability = 'open' | 'unknown host' | 'refused' | 'no route' | 'silent';

/** Opens a TCP connection to see what is at an address, and closes it again. */
export async function probe({ host, port }: Address, timeoutMs: number): Promise<Reachability> {
  // Loaded only here: most commands are answered before anything is probed.
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect({ host, port, family: 4, timeout: timeoutMs });
    const done = (result: Reachability): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => done('open'));
    socket.once('timeout', () => done('silent'));
    socket.once('error', (error: NodeJS.ErrnoException) => done(causes[error.code ?? ''] ?? 'no route'));
  });
}

const causes: Record<string, Reachability> = {
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
  ECONNREFUSED: 'refused',
};

// A coordinator that is just being restarted is back within about this.
const GRACE_MS = 1000;
const PROBE_EVERY_MS = 200;

/**
 * Resolves when it is clear that nothing will answer at the address. Rejects when that is not so: something
 * listens there, or the signal is aborted first.
 */
export async function untilAbsent(address: Address, signal: AbortSignal): Promise<Reachability> {
  for (let waitedMs = PROBE_EVERY_MS; ; waitedMs += PROBE_EVERY_MS) {
    await sleep(PROBE_EVERY_MS, undefined, { signal });
    const result = await probe(address, GRACE_MS);
    if (result === 'open') throw new Error('it listens');
    const final = result === 'unknown host' || (waitedMs >= GRACE_MS && result !== 'silent');
    if (final) return result;
  }
}

/** What to tell a person who gets no answer from a coordinator. */
export function explain({ host, port }: Address, what: Reachability, timeoutMs: number): string {
  const at = `${host}:${port}`;
  switch (what) {
    case 'unknown host':
      return `the host name ${host} is not known: check --coordinator or JAM_COORDINATOR, or give its address`;
    case 'refused':
      return `nothing listens at ${at}: check that jam-coordinator runs there and with that port`;
    case 'no route':
      return `${at} can't be reached from here: check the network, and --coordinator or JAM_COORDINATOR`;
    case 'silent':
      return `${at} doesn't answer within ${timeoutMs / 1000} s: check that ${host} is on, and that its firewall lets port ${port} through`;
    case 'open':
      return `something listens at ${at} but no coordinator of this Jam answers within ${timeoutMs / 1000} s: check the port, and whether both are of one version (jamctl version)`;
  }
}
