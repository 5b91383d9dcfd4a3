import { once } from 'node:events';
import { createServer } from 'node:net';

const lowest = 20_000;
const highest = 32_000;
/** A coordinator's ports: its own three and the first room's. */
const offsets = [0, 1, 2, 10, 11, 12, 13, 14, 15];

/** A port P so that a coordinator's ports from P on are free on loopback. @throws when there is none */
export async function freeCoordinatorPort(): Promise<number> {
  const first = lowest + ((process.pid * 137) % (highest - lowest));
  for (let port = first; port < first + 50_000; port += 100) {
    const base = lowest + ((port - lowest) % (highest - lowest));
    if (await areFree(offsets.map((offset) => base + offset))) return base;
  }
  throw new Error('no free ports for a coordinator');
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if (!(await isFree(port))) return false;
  return true;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
