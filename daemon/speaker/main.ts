import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { Command } from 'commander';
import { DriftStore } from '../clock/drift-store.ts';
import { ConfigError } from '../config.ts';
import { DirectoryInUseError, DirectoryLock } from '../directory-lock.ts';
import { messageOf } from '../errno.ts';
import { monotonicClock } from '../local-clock.ts';
import { createLogger } from '../log.ts';
import type { Logger } from '../logger.ts';
import { version } from '../version.ts';
import { MediaCache } from './cache/media-cache.ts';
import { explainSpeakerConfig, readSpeakerConfig, type SpeakerConfig } from './config.ts';
import { Identity } from './identity.ts';
import { Speaker } from './speaker.ts';

const program = new Command('jam-speaker')
  .description('Plays a room of Jam on this device, in time with all the others.')
  .version(version, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .option('--config <FILE>', 'a TOML file with these settings, named like the flags')
  .option('--print-config', 'print each setting with where it comes from, as TOML, and end')
  .option('--name <NAME>', "this speaker's name, unique in the home (required)")
  .option('--coordinator <HOST[:PORT]>', 'where the coordinator is (default: 127.0.0.1:7400)')
  .option('--device <ALSA_PCM>', 'the sound device; `aplay -L` lists them (default: default)')
  .option('--sink <SINK>', 'alsa, wav:FILE, or sim:ppm=N,record=FILE for a simulated DAC (default: alsa)')
  .option(
    '--delay-ms <N>',
    'how much later than the device the sound is heard; the speaker plays that much earlier',
  )
  .option('--buffer-ms <N>', 'how much is written ahead while music plays, 60 to 240 (default: 150)')
  .option('--cache-dir <DIR>', 'where tracks are kept (default: $XDG_CACHE_HOME/jam or ~/.cache/jam)')
  .option('--cache-mb <N>', 'how much of them, in MB (default: 512)')
  .option('--log-level <LEVEL>', 'error, warn, info or debug (default: info)')
  .addHelpText('after', '\nExample:\n  jam-speaker --name kitchen --coordinator 192.168.1.10 --device hw:0\n')
  .parse();

const config = readConfigOrExit();
const log = await createLogger(config.logLevel);
// Each speaker of a host has a directory of its own, also when they are given the same one.
const directory = join(config.cacheDir, encodeURIComponent(config.name));
const lock = new DirectoryLock(directory);
const speaker = await startOrExit();

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
process.on('uncaughtException', (error) => {
  log.error({ err: error }, `the speaker failed: ${messageOf(error)}`);
  void stop(1);
});

function readConfigOrExit(): SpeakerConfig {
  try {
    if (program.opts().printConfig) {
      process.stdout.write(explainSpeakerConfig(program.opts(), process.env));
      process.exit(0);
    }
    return readSpeakerConfig(program.opts(), process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`jam-speaker: ${error.message}\n`);
    process.exit(2);
  }
}

async function startOrExit(): Promise<Speaker> {
  try {
    return await start(log);
  } catch (error) {
    log.error(`the speaker can't start: ${reasonOf(error)}`);
    process.exit(1);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof DirectoryInUseError)) return messageOf(error);
  return `speaker ${config.name} runs here already: stop that one, or give this one another --name`;
}

async function start(logger: Logger): Promise<Speaker> {
  lock.start();
  const identity = new Identity(directory);
  identity.load();
  const cache = new MediaCache(join(directory, 'tracks'), config.cacheMb * 1e6, logger);
  await cache.start();
  const drifts = new DriftStore(join(directory, 'drift.json'));
  const settings = { ...config, ...config.coordinator, delayMs: config.delayMs };
  const made = new Speaker(settings, identity, cache, drifts, monotonicClock, logger, (error) => {
    logger.error({ err: error }, `the playout thread failed: ${messageOf(error)}`);
    void stop(1);
  });
  made.start();
  // The next start is quicker and does without Node's TypeScript compiler, which takes 18 MB.
  flushCompileCache();
  logger.info(
    `speaker ${config.name} looks for its room at ${config.coordinator.host}:${config.coordinator.port}`,
  );
  return made;
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  // Whatever hangs, the device is released by the end of the process.
  setTimeout(() => process.exit(exitCode), 1500).unref();
  await speaker.stop();
  process.exit(exitCode);
}
