import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { RigError, type RigFiles } from './tools.ts';

export type NetworkKind = 'wired' | 'wifi' | 'wifi-bad';

/** One way: delayUs plus an exponential of mean jitterUs; stalls hit both ways. */
interface LinkPlan {
  readonly delayUs: number;
  readonly jitterUs: number;
  readonly loss: number;
  readonly stallEveryMs: number;
  readonly stallMs: readonly [number, number];
}

const LINKS: Record<Exclude<NetworkKind, 'wired'>, LinkPlan> = {
  wifi: { delayUs: 800, jitterUs: 900, loss: 0.003, stallEveryMs: 2000, stallMs: [8, 60] },
  'wifi-bad': { delayUs: 1500, jitterUs: 2500, loss: 0.02, stallEveryMs: 2000, stallMs: [20, 200] },
};

const BRIDGE = 'br0';
export const HUB_ADDRESS = '10.77.0.1';

/**
 * A home's network: a namespace each for the hub and every host, and links from the hosts to a bridge in
 * the hub's. Namespaces outlive their maker: always remove().
 */
export class Network {
  readonly #prefix = `jam${process.pid}-`;
  readonly #files: RigFiles;
  readonly #kind: NetworkKind;
  readonly #seed: number;
  readonly #spaces: string[] = [];
  readonly #links: number[] = [];

  constructor(files: RigFiles, kind: NetworkKind, seed: number) {
    this.#files = files;
    this.#kind = kind;
    this.#seed = seed;
  }

  /** Makes the hub's namespace, with HUB_ADDRESS. Returns its name. */
  addHub(): string {
    const hub = this.#addSpace('hub');
    ip('-n', hub, 'link', 'add', BRIDGE, 'type', 'bridge');
    ip('-n', hub, 'address', 'add', `${HUB_ADDRESS}/24`, 'dev', BRIDGE);
    ip('-n', hub, 'link', 'set', BRIDGE, 'up');
    return hub;
  }

  /** Makes host number index (0 to 199) and its link to the hub. Returns its namespace's name. */
  async addHost(name: string, index: number): Promise<string> {
    const [host, hub, port] = [this.#addSpace(name), `${this.#prefix}hub`, portOf(index)];
    if (this.#kind === 'wired') {
      ip('-n', hub, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host);
    } else {
      ip('-n', host, 'tuntap', 'add', 'eth0', 'mode', 'tap');
      ip('-n', hub, 'tuntap', 'add', port, 'mode', 'tap');
      await this.#startLink(host, hub, port, LINKS[this.#kind], index);
    }
    ip('-n', hub, 'link', 'set', port, 'master', BRIDGE, 'up');
    ip('-n', host, 'address', 'add', `10.77.0.${index + 11}/24`, 'dev', 'eth0');
    ip('-n', host, 'link', 'set', 'eth0', 'up');
    return host;
  }

  /** Pulls a host's plug, or puts it in again. */
  setConnected(index: number, connected: boolean): void {
    ip('-n', `${this.#prefix}hub`, 'link', 'set', portOf(index), connected ? 'up' : 'down');
  }

  /** Removes all of it, at once and whatever the state: also for a process that is about to exit. */
  remove(): void {
    for (const pid of this.#links.splice(0)) tryKill(pid);
    for (const space of this.#spaces.splice(0)) spawnSync('ip', ['netns', 'delete', space]);
  }

  #addSpace(name: string): string {
    const space = this.#prefix + name;
    ip('netns', 'add', space);
    this.#spaces.push(space);
    ip('-n', space, 'link', 'set', 'lo', 'up');
    return space;
  }

  async #startLink(host: string, hub: string, port: string, plan: LinkPlan, index: number): Promise<void> {
    const { delayUs, jitterUs, loss, stallEveryMs, stallMs } = plan;
    const numbers = [delayUs, jitterUs, loss, stallEveryMs, ...stallMs, this.#seed * 1000 + index];
    const child = spawn(this.#files.link, [host, 'eth0', hub, port, ...numbers.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.pid === undefined) throw new RigError(`${this.#files.link} can't be started`);
    this.#links.push(child.pid);
    child.unref();
    const first = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (String(first[0]).trim() !== 'ready') throw new RigError(`the link of ${host} did not start`);
    child.stdout.destroy();
  }
}

function portOf(index: number): string {
  return `port${index}`;
}

function ip(...args: string[]): void {
  try {
    execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    throw new RigError(`"ip ${args.join(' ')}" failed: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
