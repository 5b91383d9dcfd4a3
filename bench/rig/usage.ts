import { readFileSync } from 'node:fs';

/** What a process has used since it started. */
export interface Usage {
  readonly cpuSeconds: number;
  /** Resident now. */
  readonly residentMb: number;
}

const TICKS_PER_S = 100;

/** Null when the process has ended. */
export function usageOf(pid: number): Usage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name, in parentheses, may hold anything: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const residentKb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN);
    return { cpuSeconds: ticks / TICKS_PER_S, residentMb: residentKb / 1024 };
  } catch {
    return null;
  }
}

/** CPU time of all cores that this machine's own host has withheld since it started. */
export function stolenMs(): number {
  const [, , , , , , , , stolen] = readFileSync('/proc/stat', 'latin1').split(/\s+/, 9);
  return (Number(stolen) * 1000) / TICKS_PER_S;
}
