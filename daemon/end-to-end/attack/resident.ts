import { readFileSync } from 'node:fs';

/** Resident memory of some processes together, MB; one that has ended counts nothing. */
export function residentMb(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ofOne(pid), 0);
}

function ofOne(pid: number): number {
  try {
    const [, kb = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kb) / 1024;
  } catch {
    return 0;
  }
}
