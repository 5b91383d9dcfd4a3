import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import * as v from 'valibot';
import { ConfigError, explainConfig, oneOf, readConfig, wholeNumber } from '../config.ts';
import { LOG_LEVELS } from '../log.ts';
import { METRICS_FOR } from '../metrics/metrics-page.ts';
import { DEFAULT_PORT, type Place, parseCoordinator } from '../net/discovery/place.ts';
import { version } from '../version.ts';
import type { CoordinatorOptions } from './coordinator.ts';
import { MAX_LOBBY_PORT } from './ports.ts';

const schema = {
  name: v.pipe(v.string(), v.trim(), v.minLength(1, 'a name is expected'), v.maxLength(64, 'it is too long')),
  listen: v.pipe(v.string(), v.ipv4('an IPv4 address of this host is expected, or 0.0.0.0 for all')),
  port: wholeNumber(1, MAX_LOBBY_PORT),
  dataDir: v.pipe(v.string(), v.minLength(1, 'a directory is expected')),
  logLevel: oneOf(LOG_LEVELS),
  security: oneOf(['curve', 'none']),
  metrics: oneOf(METRICS_FOR),
  role: oneOf(['all', 'rooms']),
  lobby: v.exactOptional(
    v.pipe(
      v.string(),
      v.rawTransform(({ dataset, addIssue, NEVER }): Place => {
        const wanted = parseCoordinator(dataset.value);
        if (wanted?.kind === 'place') return wanted.place;
        if (wanted?.kind === 'name') return { host: wanted.name, port: DEFAULT_PORT };
        addIssue({ message: 'HOST or HOST:PORT is expected' });
        return NEVER;
      }),
    ),
  ),
};

/** What jam-coordinator is told. */
export interface ProgramOptions extends CoordinatorOptions {
  /** all: it is a home's coordinator; rooms: a room host, that runs rooms for the lobby of another one. */
  readonly role: 'all' | 'rooms';
  /** Of a room host: where its lobby is. */
  readonly lobby?: Place;
}

/**
 * What the command line, the environment, the configuration file and the defaults say together.
 * Ends the process after --help, --version and --print-config, and with exit code 2 when the command line isn't understood.
 * @param argv as process.argv
 * @throws {ConfigError} naming all settings that can't be used
 */
export function readOptions(argv: string[], environment: NodeJS.ProcessEnv): ProgramOptions {
  const { config, printConfig, ...flags } = parseCommandLine(argv);
  const defaults = {
    name: hostname(),
    listen: '0.0.0.0',
    port: DEFAULT_PORT,
    dataDir: defaultDataDir(environment),
    logLevel: 'info',
    security: 'curve',
    metrics: 'local',
    role: 'all',
  };
  const sources = { file: config, environment, flags };
  if (printConfig) {
    process.stdout.write(explainConfig(schema, defaults, sources));
    process.exit(0);
  }
  const options = readConfig(schema, defaults, sources);
  if (options.role === 'rooms' && options.lobby === undefined)
    throw new ConfigError(
      "lobby is not set: a room host has to know where the home's coordinator is, by --lobby HOST, JAM_LOBBY, or " +
        'lobby = "HOST" in the file',
    );
  if (options.role !== 'rooms' && options.lobby !== undefined)
    throw new ConfigError(
      'lobby is set without role: --role rooms makes this a room host of that coordinator; a coordinator has no lobby',
    );
  return options;
}

function parseCommandLine(argv: string[]): { config?: string; printConfig?: true } & Record<string, unknown> {
  return coordinatorCommand()
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(argv)
    .opts();
}

/** jam-coordinator's flags and help: the command line is parsed by them, the man page made of them. */
export function coordinatorCommand(): Command {
  return new Command('jam-coordinator')
    .description(
      'Keeps the rooms of a home, and the clock and the tracks that its speakers play by.\n' +
        'jamctl and jam-speaker connect to it.',
    )
    .version(version, '--version', 'print the version')
    .option('--config <file>', 'TOML file with these settings, named as the flags: port = 7400')
    .option('--print-config', 'print each setting with where it comes from, as TOML, and end')
    .option('--name <name>', 'what this coordinator is called (default: the host name)')
    .option('--listen <addr>', 'IPv4 address to listen on (default: 0.0.0.0, all of this host)')
    .option('--port <port>', `the lobby's port; the others follow it (default: ${DEFAULT_PORT})`)
    .option('--data-dir <dir>', 'where rooms, queues and tracks are kept (default: ~/.local/state/jam)')
    .option('--log-level <level>', `${LOG_LEVELS.join(', ')} (default: info)`)
    .option(
      '--security <how>',
      'curve: encrypted, and only for those who may; none: for the lab (default: curve)',
    )
    .option(
      '--metrics <who>',
      'who may read http://HOST:P+2/metrics: off, local (this host only) or any (default: local)',
    )
    .option(
      '--role <what>',
      'all: the coordinator of a home; rooms: run rooms for the lobby of another host (default: all)',
    )
    .option('--lobby <host>', 'with --role rooms: that host, as HOST or HOST:PORT')
    .helpOption('--help', 'print this')
    .addHelpText(
      'after',
      `
Each setting can also come from the environment, as JAM_ and the flag's name: JAM_DATA_DIR, JAM_PORT.
Flags win over the environment, that over the file.

jam-coordinator restore FILE makes the data directory of a backup that jamctl has made: see its --help.

Ports, with --port P: P lobby, P+1 clock, P+2 media (HTTP), P+10 to P+99 rooms (three each).`,
    )
    .allowExcessArguments(false);
}

function defaultDataDir({ STATE_DIRECTORY, XDG_STATE_HOME }: NodeJS.ProcessEnv): string {
  return STATE_DIRECTORY || join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'jam');
}
