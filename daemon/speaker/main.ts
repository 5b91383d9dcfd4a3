import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { DriftStore } from '../clock/drift-store.ts';
import { ConfigError } from '../config.ts';
import { DirectoryInUseError, DirectoryLock } from '../directory-lock.ts';
import { messageOf } from '../errno.ts';
import { monotonicClock } from '../local-clock.ts';
import { createLogger } from '../log.ts';
import type { Logger } from '../logger.ts';
import { CoordinatorMemory } from '../net/discovery/coordinator-memory.ts';
import { KeyRing } from '../security/key-ring.ts';
import { connectServiceManager } from '../service/connect-service-manager.ts';
import { SpeakerService } from '../service/speaker-service.ts';
import { MediaCache } from './cache/media-cache.ts';
import { speakerCommand } from './command-line.ts';
import { explainSpeakerConfig, readSpeakerConfig, type SpeakerConfig } from './config.ts';
import { Identity } from './identity.ts';
import { Speaker } from './speaker.ts';
import { SpeakerFiles, stateDirectoryOf } from './state-directory.ts';

const program = speakerCommand().parse();

if (program.opts().listDevices) {
  const { printDevices } = await import('./devices/print-devices.ts');
  process.exit(printDevices(program.opts().json === true));
}
const config = readConfigOrExit();
const log = await createLogger(config.logLevel);
const manager = await connectServiceManager(process.env, log);
const service = new SpeakerService(manager);
// Each speaker of a host has directories of its own, also when they are given the same ones.
const cacheDirectory = join(config.cacheDir, encodeURIComponent(config.name));
const stateDirectory = stateDirectoryOf(config.name, config.cacheDir, process.env);
const locks = [...new Set([stateDirectory, cacheDirectory])].map((directory) => new DirectoryLock(directory));
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
  for (const lock of locks) lock.start();
  const files = new SpeakerFiles(stateDirectory);
  files.moveFrom(cacheDirectory);
  const identity = new Identity(files.identity);
  identity.load();
  const cache = new MediaCache(join(cacheDirectory, 'tracks'), config.cacheMb * 1e6, logger);
  await cache.start();
  const drifts = new DriftStore(files.drifts);
  const wanted = config.coordinator ?? ({ kind: 'any' } as const);
  const settings = { ...config, coordinator: wanted, delayMs: config.delayMs };
  const coordinator = new CoordinatorMemory(files.coordinator);
  const ring = new KeyRing(files.keys);
  ring.load();
  const remembered = { identity, drifts, coordinator, ring };
  const made = new Speaker(settings, remembered, cache, monotonicClock, logger, (error) => {
    logger.error({ err: error }, `the playout thread failed: ${messageOf(error)}`);
    void stop(1);
  });
  made.start((report, situation) => service.observe(report, situation, monotonicClock()));
  // The next start is quicker and does without Node's TypeScript compiler, which takes 18 MB.
  flushCompileCache();
  logger.info(`speaker ${config.name} looks for its coordinator at ${made.coordinatorAddress}`);
  return made;
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  manager.stopping();
  // Whatever hangs, the device is released by the end of the process.
  setTimeout(() => process.exit(exitCode), 1500).unref();
  await speaker.stop();
  process.exit(exitCode);
}
