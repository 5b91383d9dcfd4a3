import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { messageOf } from '../errno.ts';

/**
 * The address of this host's from which packets to another host go, IPv4. Nothing is sent.
 * @throws {Error} when that host isn't known, or there is no way to it
 */
export async function ownAddressTowards(host: string, port: number): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, host);
    await once(socket, 'connect');
    return socket.address().address;
  } catch (error) {
    throw new Error(`there is no way to ${host}: ${messageOf(error)}`, { cause: error });
  } finally {
    socket.close();
  }
}
