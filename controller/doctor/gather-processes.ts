import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn, textOf } from '../../daemon/readable.ts';
import { listenersAt } from '../listening.ts';
import type { DaemonFacts } from './host-facts.ts';

/** The scheduling policies SCHED_FIFO and SCHED_RR. */
const REALTIME_POLICIES = ['1', '2'];

/** Jam's daemons that run on this host. @param proc where /proc is */
export function daemonsIn(proc: string): DaemonFacts[] {
  return pidsIn(proc).flatMap((pid): DaemonFacts[] => {
    const command = textOf(join(proc, pid, 'cmdline')).split('\0');
    const file = command.map((word) => /daemon\/(speaker|coordinator)\/main\.ts$/.exec(word)?.[1]);
    const kind = file.find((one) => one === 'speaker' || one === 'coordinator');
    if (kind !== 'speaker' && kind !== 'coordinator') return [];
    return [{ kind, pid: Number(pid), realtimePriority: realtimePriorityOf(join(proc, pid, 'task')) }];
  });
}

/** Who listens at a TCP port of this host, for people; undefined: nobody. */
export function listenerOf(proc: string, port: number): string | undefined {
  const tables = ['net/tcp', 'net/tcp6'].map((table) => textOf(join(proc, table)));
  const inode = tables.flatMap((table) => listenersAt(port, table))[0]?.inode;
  if (inode === undefined) return undefined;
  const pid = pidsIn(proc).find((one) => holdsSocket(join(proc, one, 'fd'), inode));
  if (pid === undefined) return 'a program of another user';
  return `${textOf(join(proc, pid, 'comm')).trim()} (process ${pid})`;
}

function realtimePriorityOf(tasks: string): number | undefined {
  const priorities = namesIn(tasks).flatMap((task) => {
    // The name in brackets may hold spaces; the third field follows it.
    const fields =
      textOf(join(tasks, task, 'stat'))
        .split(') ')
        .at(-1)
        ?.split(' ') ?? [];
    const [priority, policy] = [fields[37], fields[38]];
    return policy !== undefined && REALTIME_POLICIES.includes(policy) ? [Number(priority)] : [];
  });
  return priorities.length > 0 ? Math.max(...priorities) : undefined;
}

function holdsSocket(folder: string, inode: string): boolean {
  return namesIn(folder).some((fd) => {
    try {
      return readlinkSync(join(folder, fd)) === `socket:[${inode}]`;
    } catch {
      return false; // it was closed meanwhile
    }
  });
}

const pidsIn = (proc: string): string[] => namesIn(proc).filter((name) => /^\d+$/.test(name));
