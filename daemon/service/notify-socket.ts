import koffi from 'koffi';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/**
 * A datagram socket to the service manager, by libc: Node has none of the kind.
 * @param address as in NOTIFY_SOCKET: a path, or @ and an abstract name
 * @returns what sends a message there. It waits for nothing; false: the message was not taken
 * @throws {Error} without a socket, or without glibc
 */
export function openNotifySocket(address: string): (message: string) => boolean {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const sendto = libc.func(
    'long sendto(int socket, const void *text, size_t length, int flags, const void *to, unsigned int toLength)',
  );
  const fd: number = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new Error('there is no socket for the service manager');
  const to = socketAddress(address);
  return (message) => {
    const text = Buffer.from(message);
    return sendto(fd, text, text.length, MSG_DONTWAIT | MSG_NOSIGNAL, to, to.length) === text.length;
  };
}

/** A sockaddr_un: the family in the host's byte order, little-endian wherever Jam runs, then the name. */
function socketAddress(address: string): Uint8Array {
  const name = address.startsWith('@') ? `\0${address.slice(1)}` : address;
  return Buffer.concat([Buffer.of(AF_UNIX, 0), Buffer.from(name)]);
}
