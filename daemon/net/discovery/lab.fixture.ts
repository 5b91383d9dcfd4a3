import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PROJECT = new URL('../../../', import.meta.url).pathname;
const LIMIT_MS = 30_000;

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' });

/** A program of Jam that runs on one of the lab's hosts. */
export interface Running {
  /** What it has written so far. */
  readonly log: () => string;
  end(): Promise<void>;
}

/** Hosts on one network of their own: a network namespace each, joined by a bridge. Needs root. */
export class Lab {
  /** Gone after stop(). */
  readonly directory = mkdtempSync(join(tmpdir(), 'jam-lab-'));
  readonly #prefix = `jam${process.pid % 100_000}`;
  readonly #hosts = new Map<string, string>();
  readonly #running = new Set<Running>();

  /** @throws when network namespaces aren't permitted; the message says why */
  start(hosts: Readonly<Record<string, string>>): void {
    const net = this.#add('net');
    ip('-n', net, 'link', 'add', 'br0', 'type', 'bridge');
    ip('-n', net, 'link', 'set', 'br0', 'up');
    for (const [host, address] of Object.entries(hosts)) {
      const own = this.#add(host);
      ip('-n', net, 'link', 'add', host, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', own);
      ip('-n', net, 'link', 'set', host, 'master', 'br0', 'up');
      ip('-n', own, 'link', 'set', 'lo', 'up');
      ip('-n', own, 'link', 'set', 'eth0', 'up');
      ip('-n', own, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((program) => program.end()));
    for (const namespace of this.#hosts.values()) ip('netns', 'delete', namespace);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 20 });
  }

  /** Gives a host another address, as a router does that has forgotten it. */
  moveHost(host: string, from: string, to: string): void {
    const namespace = this.#namespace(host);
    ip('-n', namespace, 'address', 'delete', `${from}/24`, 'dev', 'eth0');
    ip('-n', namespace, 'address', 'add', `${to}/24`, 'dev', 'eth0');
  }

  /** @param file relative to the project */
  run(host: string, file: string, ...args: string[]): Running {
    const child = this.#spawn(host, file, args);
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
    const running: Running = {
      log: () => log,
      end: async () => {
        this.#running.delete(running);
        if (child.exitCode !== null || child.signalCode !== null) return;
        const killing = setTimeout(() => child.kill('SIGKILL'), 4000);
        child.kill('SIGTERM');
        await once(child, 'exit');
        clearTimeout(killing);
      },
    };
    this.#running.add(running);
    return running;
  }

  /** Runs jamctl to its end. */
  async jamctl(host: string, ...args: string[]): Promise<{ exitCode: number | null; output: string }> {
    const child = this.#spawn(host, 'controller/main.ts', args);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    await once(child, 'close');
    return { exitCode: child.exitCode, output };
  }

  #add(host: string): string {
    const namespace = `${this.#prefix}${host}`;
    ip('netns', 'add', namespace);
    this.#hosts.set(host, namespace);
    return namespace;
  }

  #namespace(host: string): string {
    const namespace = this.#hosts.get(host);
    if (!namespace) throw new Error(`the lab has no host ${host}`);
    return namespace;
  }

  #spawn(host: string, file: string, args: string[]): ChildProcess {
    // As the launchers do.
    const options = file.includes('speaker') ? ['--single-threaded'] : [];
    const program = [process.execPath, ...options, join(PROJECT, file), ...args];
    // What the programs keep for themselves is each host's own, and gone with the lab.
    const env = {
      PATH: process.env.PATH,
      HOME: join(this.directory, `home-${host}`),
      JAM_KEYS_DIR: join(this.directory, `keys-${host}`),
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), 'jam-test-compile-cache'),
    };
    return spawn('ip', ['netns', 'exec', this.#namespace(host), ...program], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
  }
}

/** Tries until it's true. @throws with what was waited for, and what there is instead */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  state: () => string,
): Promise<void> {
  const untilMs = performance.now() + LIMIT_MS;
  while (performance.now() < untilMs) {
    if (await isSo()) return;
    await pause(100);
  }
  throw new Error(`waited ${LIMIT_MS / 1000} s for ${what}; there is:\n${state()}`);
}
