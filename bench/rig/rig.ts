import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { alsaConfig, type DacPlan } from './dac.ts';
import { Network, type NetworkKind } from './network.ts';
import { buildRig, type RigFiles } from './tools.ts';
import { type Usage, usageOf } from './usage.ts';

/** One speaker's host. */
export interface HostPlan {
  readonly name: string;
  /** Its monotonic clock against the hub's, in whole seconds. */
  readonly clockOffsetS: number;
  /** Its monotonic clock's rate against true time; positive: it runs faster. */
  readonly clockPpm: number;
  readonly dac: DacPlan;
}

export interface Host {
  readonly plan: HostPlan;
  readonly index: number;
  readonly space: string;
  readonly folder: string;
  /** What its DAC made audible is recorded here. */
  readonly recordPath: string;
}

const STOP_MS = 4000;

/**
 * A home of virtual hosts: each a network namespace, a clock with an offset and a drift, and a DAC with a
 * crystal of its own. Stopped also when the process ends in any way that JavaScript hears of.
 */
export class Rig {
  readonly #folder: string;
  readonly #kind: NetworkKind;
  readonly #seed: number;
  readonly #children = new Map<string, ChildProcess>();
  readonly #remove = (): void => this.#removeAll();
  #files: RigFiles | null = null;
  #network: Network | null = null;
  #hub = '';

  /** @param folder for recordings and logs; what it holds is deleted */
  constructor(folder: string, kind: NetworkKind, seed: number) {
    this.#folder = folder;
    this.#kind = kind;
    this.#seed = seed;
  }

  /** @throws {RigError} */
  async start(plans: readonly HostPlan[]): Promise<Host[]> {
    this.#files = buildRig(plans.some(({ clockPpm }) => clockPpm !== 0));
    this.#network = new Network(this.#files, this.#kind, this.#seed);
    process.once('exit', this.#remove);
    // Recordings of another run would be taken for this one's.
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    this.#hub = this.#network.addHub();
    const hosts: Host[] = [];
    for (const [index, plan] of plans.entries()) {
      const folder = join(this.#folder, plan.name);
      const recordPath = join(folder, 'heard.wav');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'asound.conf'), alsaConfig(this.#files, plan.dac, recordPath));
      const space = await this.#network.addHost(plan.name, index);
      hosts.push({ plan, index, space, folder, recordPath });
    }
    return hosts;
  }

  /** Starts a program on the hub, whose clock is true and whose address HUB_ADDRESS. */
  spawnOnHub(label: string, command: readonly string[]): ChildProcess {
    return this.#spawn(label, this.commandOnHub(command).slice(1), {});
  }

  /** What runs a command on the hub, for one that ends by itself. */
  commandOnHub(command: readonly string[]): [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.#hub, 'env', `JAM_KEYS_DIR=${this.#keysFolder}`, ...command];
  }

  /** Starts a program on a host. Its output goes to LABEL.log in the rig's folder. */
  spawnOn(host: Host, label: string, command: readonly string[]): ChildProcess {
    const { clockOffsetS, clockPpm } = host.plan;
    const offset = ['--monotonic', String(clockOffsetS), '--boottime', String(clockOffsetS)];
    const args = ['netns', 'exec', host.space, 'unshare', '--time', ...offset, '--', ...command];
    const clockShim = this.#files?.clockShim;
    const shim = clockShim ? { LD_PRELOAD: clockShim, JAM_SHIM_PPM: String(clockPpm) } : {};
    const own = { ALSA_CONFIG_PATH: join(host.folder, 'asound.conf'), JAM_KEYS_DIR: this.#keysFolder };
    return this.#spawn(label, args, { ...own, ...shim });
  }

  // The virtual hosts share a file system: speakers adopt themselves as on the coordinator's own host.
  get #keysFolder(): string {
    return resolve(this.#folder, 'keys');
  }

  setConnected(host: Host, connected: boolean): void {
    this.#network?.setConnected(host.index, connected);
  }

  /** Labels of the programs that have ended. */
  ended(): string[] {
    return [...this.#children].flatMap(([label, { exitCode, signalCode }]) =>
      exitCode === null && signalCode === null ? [] : [label],
    );
  }

  /** CPU and memory of what runs, by label. */
  usage(): Map<string, Usage> {
    const used = [...this.#children].flatMap(([label, { pid }]) => {
      const usage = pid === undefined ? null : usageOf(pid);
      return usage === null ? [] : [[label, usage] as const];
    });
    return new Map(used);
  }

  /** Ends all programs, politely first, so that recordings are complete; then removes the hosts. */
  async stop(): Promise<void> {
    await Promise.all([...this.#children.values()].map(end));
    this.#removeAll();
    process.off('exit', this.#remove);
  }

  #spawn(label: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const child = spawn('ip', args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(this.#folder, `${label}.log`), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.on('error', (error) => log.write(`can't be started: ${error.message}\n`));
    this.#children.set(label, child);
    return child;
  }

  #removeAll(): void {
    for (const child of this.#children.values()) child.kill('SIGKILL');
    this.#network?.remove();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(timer);
}
