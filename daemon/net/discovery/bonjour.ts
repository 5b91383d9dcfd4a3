import type { Bonjour } from 'bonjour-service';
import { MDNS_PORT, multicastSocket } from './multicast.ts';

/**
 * mDNS on the network of one of this host's addresses.
 * @param onProblem told what fails later, for the log
 * @throws the system's errors: the port or the network can't be used
 */
export async function bonjourOn(address: string, onProblem: (error: unknown) => void): Promise<Bonjour> {
  // Loaded where it is used only: jamctl has to start quickly.
  const { Bonjour: Service } = await import('bonjour-service');
  // What the library passes on to multicast-dns, which it doesn't declare. The socket is bound already.
  const options = { port: MDNS_PORT, socket: await multicastSocket(address), bind: false };
  return new Service(options, onProblem);
}
