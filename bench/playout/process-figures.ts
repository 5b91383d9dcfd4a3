import { readdirSync, readFileSync } from 'node:fs';

/** One thread of a process. */
export interface ThreadFigures {
  readonly id: number;
  /** As the thread calls itself, at most 15 characters. */
  readonly name: string;
  /** Used since it began. */
  readonly cpuS: number;
}

/** What a process has of memory now, in MB. */
export interface MemoryFigures {
  /** In memory, also what it shares with other processes, such as Node's program file. */
  readonly resident: number;
  /** The most that was resident at once. */
  readonly peak: number;
  /** Its part of what is resident: shared pages divided by the number of their users. */
  readonly proportional: number;
  /** What nobody else uses. */
  readonly private: number;
}

const TICKS_PER_S = 100;
const KB_PER_MB = 1024;

/** @throws when the process has ended */
export function threadsOf(pid: number): ThreadFigures[] {
  return readdirSync(`/proc/${pid}/task`).map((id) => {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'latin1');
    // The name, in parentheses, may hold anything: count from behind it.
    const nameEnd = stat.lastIndexOf(')');
    const fields = stat.slice(nameEnd + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { id: Number(id), name: stat.slice(stat.indexOf('(') + 1, nameEnd), cpuS: ticks / TICKS_PER_S };
  });
}

/** @throws when the process has ended */
export function memoryOf(pid: number): MemoryFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return {
    resident: megabytes(status, 'VmRSS'),
    peak: megabytes(status, 'VmHWM'),
    proportional: megabytes(rollup, 'Pss'),
    private: megabytes(rollup, 'Private_Clean') + megabytes(rollup, 'Private_Dirty'),
  };
}

function megabytes(text: string, key: string): number {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return Number(found ?? Number.NaN) / KB_PER_MB;
}
