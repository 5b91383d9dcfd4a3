import { readFileSync, readlinkSync } from 'node:fs';
import { errnoOf } from '../errno.ts';

/**
 * Identity of this host's monotonic clock. It is another one after a reboot, and in another time
 * namespace, whose monotonic clock is shifted.
 */
export function clockId(): string {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${bootId}-${timeNamespace()}`;
}

// Kernels before 5.6 have no time namespaces.
function timeNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/time').replace(/\D/g, '');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '0';
    throw error;
  }
}
