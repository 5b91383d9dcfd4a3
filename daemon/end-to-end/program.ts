import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';

/** How long a program may take to stop before it is killed. */
const stopMs = 4000;
/** The launchers keep one too: a third of a program's start is compiling. */
const compileCache = join(tmpdir(), 'jam-test-compile-cache');

/** One of Jam's programs as a process of its own; what it logs is kept. */
export class Program {
  readonly #file: string;
  readonly #args: readonly string[];
  readonly #nodeOptions: readonly string[];
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #log = '';

  /**
   * @param file relative to the project, such as daemon/speaker/main.ts
   * @param environment beside this process's
   */
  constructor(
    file: string,
    args: readonly string[],
    nodeOptions: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.#environment = environment;
    this.#file = new URL(`../../${file}`, import.meta.url).pathname;
    this.#args = args;
    this.#nodeOptions = nodeOptions;
  }

  /** Everything it has written to stdout and stderr, over all its runs. */
  get log(): string {
    return this.#log;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Processes that it has started and that run. */
  get children(): number[] {
    if (!this.isRunning) return [];
    const list = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8');
    return list.trim().split(' ').filter(Boolean).map(Number);
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it, also again. */
  start(): void {
    const child = spawn(process.execPath, [...this.#nodeOptions, this.#file, ...this.#args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...this.#environment },
      // Ctrl-C goes to the terminal's foreground group: whoever started the programs stops them in order.
      detached: true,
    });
    raisePriority(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    }
    this.#child = child;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Resolves with the exit code once it has ended; null when a signal ended it. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (!child) return null;
    if (this.isRunning) await once(child, 'exit');
    return child.exitCode;
  }

  /** SIGTERM, and SIGKILL for one that doesn't obey. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const killing = setTimeout(() => this.kill('SIGKILL'), stopMs);
    this.kill('SIGTERM');
    await this.ended();
    clearTimeout(killing);
  }
}

/** As systemd's units do. Without the right to, it goes without. */
function raisePriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, -10);
  } catch {
    // not root
  }
}
