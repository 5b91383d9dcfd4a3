import { type Command, CommanderError } from 'commander';
import type { LobbyClient } from './client.ts';
import type { Work } from './define-command.ts';
import { CommandError, type CommandErrorCode, exitCodeOf } from './exit-codes.ts';
import { ownVersion } from './own-version.ts';
import { buildProgram, type GlobalOptions } from './program.ts';
import { type Io, Screen, Session } from './session.ts';
import { plain } from './text.ts';
import { parseTimeoutMs } from './values.ts';

/**
 * Runs jamctl with the arguments after its name. Resolves to the exit code; all that goes wrong is shown.
 * @param givenAtMs when the person gave the command, by performance.now()
 */
export async function run(
  args: readonly string[],
  io: Io,
  givenAtMs: number = performance.now(),
): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(ownVersion(), {
    async run(options, work) {
      exitCode = await runWork(options, work, io, givenAtMs);
    },
    async alone(options, work) {
      const screen = new Screen(io, options.json ?? false);
      await work(screen, () => connect(options, io, givenAtMs));
      exitCode = screen.exitCode;
    },
    async completion(all, shell) {
      (await import('./commands/completion.ts')).completion(all, shell, io.stdout);
    },
  });
  prepare(program, io);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return fail(error, args.includes('--json'), io);
  }
}

async function runWork(options: GlobalOptions, work: Work, io: Io, givenAtMs: number): Promise<number> {
  const timeoutMs = parseTimeoutMs(options.timeout);
  const client = await connect(options, io, givenAtMs);
  try {
    const session = new Session(io, client, { room: options.room, json: options.json ?? false, timeoutMs });
    await work(session);
    return session.exitCode;
  } finally {
    client.stop();
  }
}

/** Finds the coordinator that is meant. The client is the caller's to stop. */
async function connect(options: GlobalOptions, io: Io, givenAtMs: number): Promise<LobbyClient> {
  const timeoutMs = parseTimeoutMs(options.timeout);
  const { LobbyClient } = await import('./client.ts');
  const { findCoordinator } = await import('./find-coordinator.ts');
  const { CoordinatorKeys } = await import('./keys.ts');
  const address = await findCoordinator(options.coordinator);
  const keys = new CoordinatorKeys(address, io.env);
  return new LobbyClient(address, { timeoutMs, retry: options.retry, givenAtMs, keys });
}

/** Makes commander throw instead of ending the process, and leave the writing of errors to fail(). */
function prepare(command: Command, io: Io): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    outputError: () => {},
    getOutHelpWidth: () => io.stdout.columns ?? 100,
    getErrHelpWidth: () => io.stderr.columns ?? 100,
  });
  for (const below of command.commands) prepare(below, io);
}

function fail(error: unknown, json: boolean, io: Io): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError && error.code === 'commander.help') return 2; // the help is shown
  const { code, message } = describe(error);
  if (json) io.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  else io.stderr.write(`jamctl: ${plain(message)}\n`);
  return exitCodeOf(code);
}

function describe(error: unknown): { code: CommandErrorCode; message: string } {
  if (error instanceof CommandError) return error;
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
    return { code: 'USAGE', message: `${message}. See "jamctl --help"` };
  }
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
