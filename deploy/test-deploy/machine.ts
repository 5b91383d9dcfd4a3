import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, openSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Ended, must, run, until } from './run.ts';

const BOOT_WITHIN_MS = 60_000;

/**
 * A machine that boots a Debian root: systemd in a container, with a network of its own that leads nowhere. What it
 * writes stays in a layer above the root, from boot to boot, until remove().
 */
export class Machine {
  readonly #root: string;
  readonly #dir: string;
  #container: ChildProcess | undefined;
  #pid = 0;

  /** @param dir for what is written; removed first */
  constructor(root: string, dir: string) {
    this.#root = root;
    this.#dir = dir;
  }

  async create(): Promise<void> {
    rmSync(this.#dir, { recursive: true, force: true });
    for (const layer of ['upper', 'work', 'merged']) mkdirSync(`${this.#dir}/${layer}`, { recursive: true });
    const layers = `lowerdir=${this.#root},upperdir=${this.#dir}/upper,workdir=${this.#dir}/work`;
    await must('mount', '-t', 'overlay', 'overlay', '-o', layers, `${this.#dir}/merged`);
    // As an installer does; debootstrap leaves it out.
    this.write('/etc/hosts', '127.0.0.1 localhost\n');
    this.write('/etc/hostname', 'den\n');
  }

  async remove(): Promise<void> {
    await this.powerOff();
    await must('umount', `${this.#dir}/merged`);
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** Resolves when systemd has done all that is to be done at boot. */
  async boot(): Promise<void> {
    const log = openSync(`${this.#dir}/console.log`, 'a');
    const options = ['--register=no', '--keep-unit', '--private-network', '--quiet', '--machine=jam-test'];
    const args = [...options, `--directory=${this.#dir}/merged`, '--boot'];
    // Where the host has cgroups of both versions: systemd in new Debians knows the second one only.
    const env = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' };
    const container = spawn('systemd-nspawn', args, { stdio: ['ignore', log, log], env });
    this.#container = container;
    this.#pid = await until('init', BOOT_WITHIN_MS, async () => initOf(container.pid ?? 0));
    await until('booted system', BOOT_WITHIN_MS, async () => {
      const { output } = await this.exec('systemctl is-system-running');
      return /^(running|degraded)/.test(output) || undefined;
    });
    await this.#plugIn();
  }

  async powerOff(): Promise<void> {
    const container = this.#container;
    if (!container) return;
    const gone = new Promise((resolve) => container.once('exit', resolve));
    // By what nspawn tells init on SIGTERM, where that isn't to be reached.
    if ((await this.exec('systemctl poweroff')).code !== 0) container.kill('SIGTERM');
    await gone;
    this.#container = undefined;
  }

  /** Runs a shell command in the machine, as root. */
  exec(command: string): Promise<Ended> {
    const env = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      DEBIAN_FRONTEND: 'noninteractive',
      LC_ALL: 'C.UTF-8',
    };
    return run('nsenter', ['--target', String(this.#pid), '--all', '--wd', '/bin/sh', '-c', command], {
      env,
    });
  }

  /** The same, for one that has to succeed; what it has said. */
  async must(command: string): Promise<string> {
    const { code, output } = await this.exec(command);
    if (code !== 0) throw new Error(`"${command}" ended with ${code}: ${output.slice(-2000)}`);
    return output;
  }

  /** Puts a file of the host into the machine. */
  copy(from: string, to: string): void {
    cpSync(from, this.#inside(to));
  }

  write(path: string, text: string): void {
    writeFileSync(this.#inside(path), text);
  }

  read(path: string): Buffer {
    return readFileSync(`${this.#dir}/merged${path}`);
  }

  #inside(path: string): string {
    const file = `${this.#dir}/merged${path}`;
    mkdirSync(dirname(file), { recursive: true });
    return file;
  }

  /** A network card with an address, so that there is a network to find others on. */
  async #plugIn(): Promise<void> {
    const ip = (...args: string[]) => must('nsenter', '--target', String(this.#pid), '--net', 'ip', ...args);
    await ip('link', 'set', 'lo', 'up');
    await ip('link', 'add', 'jam0', 'type', 'veth', 'peer', 'name', 'jam1');
    await ip('addr', 'add', '10.77.0.1/24', 'dev', 'jam0');
    await ip('link', 'set', 'jam0', 'up');
    await ip('link', 'set', 'jam1', 'up');
  }
}

/** The machine's init: that child which has a process namespace of its own. The first one only starts it, on the host. */
function initOf(nspawn: number): number | undefined {
  const children = readFileSync(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').trim().split(' ');
  const init = children.find((child) => child !== '' && namespaceOf(child) !== namespaceOf('self'));
  return init === undefined ? undefined : Number(init);
}

function namespaceOf(process: string): string {
  try {
    return readlinkSync(`/proc/${process}/ns/pid`);
  } catch {
    // It has just ended.
    return namespaceOf('self');
  }
}
