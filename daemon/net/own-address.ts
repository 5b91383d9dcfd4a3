import { createSocket } from 'node:dgram';

/**
 * The address of this host's from which packets to another host go, IPv4. Nothing is sent.
 * @throws when that host isn't known, or there is no way to it
 */
export async function ownAddressTowards(host: string, port: number): Promise<string> {
  const socket = createSocket('udp4');
  try {
    const connected = Promise.withResolvers<void>();
    socket.once('error', connected.reject);
    socket.connect(port, host, connected.resolve);
    await connected.promise;
    return socket.address().address;
  } finally {
    socket.close();
  }
}
