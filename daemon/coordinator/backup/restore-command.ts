import { Command } from 'commander';
import { ConfigError } from '../../config.ts';
import { errnoOf, messageOf } from '../../errno.ts';
import { StorageError } from '../database.ts';
import { readOptions } from '../options.ts';
import { type Restored, RestoreError, restore } from './restore.ts';

const REFUSED_EXIT = 1;
const USAGE_EXIT = 2;

interface Flags {
  readonly config?: string;
  readonly dataDir?: string;
  readonly replace?: true;
}

/**
 * `jam-coordinator restore FILE`. Resolves to the exit code; what goes wrong is written to standard error.
 * @param argv as process.argv
 */
export async function restoreCommand(argv: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const command = parsed(argv);
  const [file = ''] = command.args;
  const flags = command.opts<Flags>();
  try {
    const dataDir = dataDirOf(flags, environment);
    const restored = await restore(file, dataDir, flags.replace ?? false, new Date());
    process.stdout.write(`${describe(restored, dataDir)}\n`);
    return 0;
  } catch (error) {
    const isUsage = error instanceof ConfigError;
    process.stderr.write(`jam-coordinator: ${explained(error)}\n`);
    return isUsage ? USAGE_EXIT : REFUSED_EXIT;
  }
}

/** @throws what is a fault of the program */
function explained(error: unknown): string {
  const isTold =
    error instanceof ConfigError || error instanceof RestoreError || error instanceof StorageError;
  if (isTold) return error.message;
  if (errnoOf(error) !== undefined)
    return `the directory could not be made, and what was there is as it was: ${messageOf(error)}`;
  throw error;
}

function parsed(argv: string[]): Command {
  return new Command('jam-coordinator restore')
    .description('Makes the data directory of a backup that "jamctl backup" has made.')
    .argument('<file>', 'the backup')
    .option('--config <file>', 'TOML file, for its data-dir')
    .option('--data-dir <dir>', 'which directory to make (default: ~/.local/state/jam)')
    .option(
      '--replace',
      'keep a data directory that is there beside it, under another name; its tracks stay in use',
    )
    .helpOption('--help', 'print this')
    .addHelpText(
      'after',
      `
The coordinator has to be stopped. All of the backup is checked before anything is changed.
Example, where Jam was installed as a package:
  $ sudo systemctl stop jam-coordinator
  $ sudo jam-coordinator restore --data-dir /var/lib/jam/coordinator --replace jam.tar
  $ sudo systemctl start jam-coordinator`,
    )
    .allowExcessArguments(false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE_EXIT))
    .parse(argv.slice(3), { from: 'user' });
}

function dataDirOf({ config, dataDir }: Flags, environment: NodeJS.ProcessEnv): string {
  const flags = [
    ...(config === undefined ? [] : ['--config', config]),
    ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
  ];
  return readOptions(['node', 'jam-coordinator', ...flags], environment).dataDir;
}

function describe({ madeUnixMs, rooms, tracks, missingTracks, before }: Restored, dataDir: string): string {
  const made = new Date(madeUnixMs).toLocaleString();
  const missing =
    missingTracks === 0
      ? ''
      : `\n${missingTracks} tracks of the queues are missing: add them with "jamctl add", the queues find them again.`;
  const aside = before === undefined ? '' : `\nWhat was there before is in ${before}.`;
  return `${dataDir} is as it was on ${made}: ${rooms} room(s), ${tracks + missingTracks} tracks in their queues.${missing}${aside}`;
}
