import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RigError } from '../rig/tools.ts';

/** What a small machine has. */
export interface SmallMachinePlan {
  /** Share of one core, in %. */
  readonly cpuPercent: number;
  readonly memoryMb: number;
}

/** How often the group had to wait for its share of a core. */
export interface Throttling {
  readonly periods: number;
  readonly throttled: number;
}

/** So short that a share of a core comes evenly, as from a slower one, and not in lumps of 100 ms. */
const periodUs = 8000;
/**
 * Cgroup v1 has shares of their own for real-time threads and for the others. The real-time one, which plays, may
 * take all, as it may on a core of its own, and needs about this much; the others get the rest.
 */
const realtimePercent = 10;
const root = '/sys/fs/cgroup';

/**
 * A control group that makes a small machine of this one for the processes put in it: one core, a share of its
 * time, so much memory. Takes root. With cgroup v1 memory is only limited where this process's own group is the
 * root: another's is not to be touched.
 */
export class SmallMachine {
  readonly #plan: SmallMachinePlan;
  readonly #folders: string[] = [];
  #limitsMemory = false;
  #hasRealtime = false;

  constructor(plan: SmallMachinePlan) {
    this.#plan = plan;
  }

  /** @throws {RigError} when control groups can't be made here */
  start(): void {
    try {
      if (existsSync(join(root, 'cgroup.controllers'))) this.#limitByV2();
      else this.#limitByV1();
    } catch (cause) {
      this.stop();
      throw new RigError('no control group can be made here: it takes root and cgroup v1 or v2', { cause });
    }
  }

  /** What was done, in words. */
  get description(): string {
    const { cpuPercent, memoryMb } = this.#plan;
    const share = `${cpuPercent} % of one core, in periods of ${periodUs / 1000} ms`;
    const realtime = this.#hasRealtime
      ? `, for the real-time thread; all others together ${cpuPercent - realtimePercent} %`
      : '';
    const memory = this.#limitsMemory
      ? `at most ${memoryMb} MB of memory`
      : `memory not limited (this process's own group is another's), its peak is held against ${memoryMb} MB`;
    return `${share}${realtime}; ${memory}`;
  }

  /** Puts a process and all its threads in it. @throws when there is no such process */
  take(pid: number): void {
    for (const folder of this.#folders) writeFileSync(join(folder, 'cgroup.procs'), `${pid}`);
    spawnSync('taskset', ['-a', '-c', '-p', '0', `${pid}`]);
  }

  get throttling(): Throttling {
    const text = readFileSync(join(this.#folders[0] ?? root, 'cpu.stat'), 'latin1');
    const count = (key: string): number => Number(new RegExp(`^${key} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return { periods: count('nr_periods'), throttled: count('nr_throttled') };
  }

  /** Once all its processes have ended. */
  stop(): void {
    for (const folder of this.#folders.splice(0)) rmdirSync(folder);
  }

  #limitByV2(): void {
    const folder = this.#make(root);
    const { cpuPercent, memoryMb } = this.#plan;
    writeFileSync(join(folder, 'cpu.max'), `${(periodUs * cpuPercent) / 100} ${periodUs}`);
    writeFileSync(join(folder, 'memory.max'), `${memoryMb * 2 ** 20}`);
    this.#limitsMemory = true;
  }

  #limitByV1(): void {
    const cpu = this.#make(join(root, 'cpu', ownGroup('cpu')));
    writeFileSync(join(cpu, 'cpu.cfs_period_us'), `${periodUs}`);
    const shareUs = (periodUs * this.#plan.cpuPercent) / 100;
    this.#hasRealtime = existsSync(join(cpu, 'cpu.rt_runtime_us'));
    if (this.#hasRealtime) {
      writeFileSync(join(cpu, 'cpu.rt_period_us'), `${periodUs}`);
      writeFileSync(join(cpu, 'cpu.rt_runtime_us'), `${shareUs}`);
    }
    const othersUs = this.#hasRealtime ? shareUs - (periodUs * realtimePercent) / 100 : shareUs;
    writeFileSync(join(cpu, 'cpu.cfs_quota_us'), `${othersUs}`);
    if (ownGroup('memory') !== '/') return;
    const memory = this.#make(join(root, 'memory'));
    writeFileSync(join(memory, 'memory.limit_in_bytes'), `${this.#plan.memoryMb * 2 ** 20}`);
    this.#limitsMemory = true;
  }

  #make(parent: string): string {
    const folder = join(parent, `jam-small-${process.pid}`);
    mkdirSync(folder);
    this.#folders.push(folder);
    return folder;
  }
}

/** This process's group in a hierarchy of cgroup v1. */
function ownGroup(controller: string): string {
  const lines = readFileSync('/proc/self/cgroup', 'latin1');
  return new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, 'm').exec(lines)?.[1] ?? '/';
}
