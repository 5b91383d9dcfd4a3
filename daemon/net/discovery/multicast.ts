import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';

const GROUP = '224.0.0.251';
/** Of multicast DNS. */
export const MDNS_PORT = 5353;

/** The IPv4 addresses of this host on the networks that it is on, loopback left out. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
    .sort();
}

/**
 * A socket that speaks mDNS on the network of one of this host's addresses. A default one would speak on a single
 * network, whichever has the default route, and not at all without one.
 * @throws the system's errors
 */
export async function multicastSocket(address: string): Promise<Socket> {
  // Others on this host, such as Avahi, listen at the same port.
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    const listening = once(socket, 'listening');
    socket.bind(MDNS_PORT, '0.0.0.0');
    await listening;
    socket.addMembership(GROUP, address);
    socket.setMulticastInterface(address);
    socket.setMulticastTTL(255);
    socket.setMulticastLoopback(true);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
