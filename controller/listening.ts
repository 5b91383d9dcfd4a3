import { readFileSync } from 'node:fs';

/** A TCP socket that listens, as /proc/net/tcp tells of it. */
export interface Listener {
  /** In hex, the first byte last: 0100007F is 127.0.0.1. */
  readonly address: string;
  readonly inode: string;
}

const LISTENING = '0A';
const LOOPBACK = ['00000000', '0100007F'];

/** Those that listen at a port. @param table the text of /proc/net/tcp or tcp6 */
export function listenersAt(port: number, table: string): Listener[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [address = '', at] = local.split(':');
    return at === hex && state === LISTENING ? [{ address, inode }] : [];
  });
}

/**
 * Whether something listens at a port of 127.0.0.1; undefined where the system doesn't tell. It takes a tenth of a
 * millisecond, a connection thirty: loading what makes one.
 */
export function listensHere(port: number): boolean | undefined {
  try {
    const listeners = listenersAt(port, readFileSync('/proc/net/tcp', 'utf8'));
    return listeners.some(({ address }) => LOOPBACK.includes(address));
  } catch {
    return undefined;
  }
}
