import { type SpawnOptions, spawn } from 'node:child_process';

/** How a program ended and what it said. */
export interface Ended {
  readonly code: number;
  /** What it wrote to stdout and stderr, as it came. */
  readonly output: string;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const hear = (text: Buffer) => {
    output += text;
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The same, for a program that has to succeed. @throws {Error} with what it said, when it doesn't */
export async function must(program: string, ...args: string[]): Promise<string> {
  const { code, output } = await run(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${output.slice(-2000)}`);
  return output;
}

/**
 * Looks again and again until something is there.
 * @throws {Error} naming what was waited for, and what was seen last
 */
export async function until<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | undefined>,
  seen: () => string = () => '',
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`no ${what} within ${withinMs / 1000} s. ${seen()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
