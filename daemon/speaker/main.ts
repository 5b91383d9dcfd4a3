import { flushCompileCache } from 'node:module';
import { ConfigError } from '../config.ts';
import { DirectoryInUseError } from '../directory-lock.ts';
import { messageOf } from '../errno.ts';
import { monotonicClock } from '../local-clock.ts';
import { createLogger } from '../log.ts';
import { connectServiceManager } from '../service/connect-service-manager.ts';
import { SpeakerService } from '../service/speaker-service.ts';
import { speakerCommand } from './command-line.ts';
import { explainSpeakerConfig, readSpeakerConfig, type SpeakerConfig } from './config.ts';
import type { OpenSpeaker } from './open-speaker.ts';
import { startPlayoutWorker } from './playout/playout-worker.ts';

const program = speakerCommand().parse();

if (program.opts().listDevices) {
  const { printDevices } = await import('./devices/print-devices.ts');
  process.exit(printDevices(program.opts().json === true));
}
const config = readConfigOrExit();
// It gets ready while the rest is loaded.
const worker = startPlayoutWorker();
const log = await createLogger(config.logLevel);
const manager = await connectServiceManager(process.env, log);
const service = new SpeakerService(manager);
const open = await startOrExit();

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

async function startOrExit(): Promise<OpenSpeaker> {
  try {
    return await start();
  } catch (error) {
    log.error(`the speaker can't start: ${reasonOf(error)}`);
    process.exit(1);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof DirectoryInUseError)) return messageOf(error);
  return `speaker ${config.name} runs here already: stop that one, or give this one another --name`;
}

async function start(): Promise<OpenSpeaker> {
  const { openSpeaker } = await import('./open-speaker.ts');
  const made = await openSpeaker(config, worker, log, (error) => {
    log.error({ err: error }, `the playout thread failed: ${messageOf(error)}`);
    void stop(1);
  });
  made.speaker.start((report, situation) => service.observe(report, situation, monotonicClock()));
  // The next start is quicker and does without Node's TypeScript compiler, which takes 18 MB.
  flushCompileCache();
  log.info(`speaker ${config.name} looks for its coordinator at ${made.speaker.coordinatorAddress}`);
  return made;
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  manager.stopping();
  // Whatever hangs, the device is released by the end of the process.
  setTimeout(() => process.exit(exitCode), 1500).unref();
  await open.speaker.stop();
  process.exit(exitCode);
}
