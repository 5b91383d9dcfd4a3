import { ConfigError } from '../config.ts';
import { messageOf } from '../errno.ts';
import { monotonicClock } from '../local-clock.ts';
import { createLogger } from '../log.ts';
import { connectServiceManager } from '../service/connect-service-manager.ts';
import { CoordinatorService } from '../service/coordinator-service.ts';
import { nodeTimers } from '../timers.ts';
import { Coordinator, type CoordinatorOptions } from './coordinator.ts';
import { readOptions } from './options.ts';

const USAGE_EXIT = 2;
/** Rooms are killed after a second; nothing else takes long. */
const STOP_WITHIN_MS = 1800;

if (process.argv[2] === 'restore') {
  const { restoreCommand } = await import('./backup/restore-command.ts');
  process.exit(await restoreCommand(process.argv, process.env));
}

const options = optionsOrExit();
const logger = await createLogger(options.logLevel);
const coordinator = new Coordinator(options, logger);
const manager = await connectServiceManager(process.env, logger);
const service = new CoordinatorService(manager, coordinator, monotonicClock, nodeTimers);
let stopping = false;

process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
process.on('uncaughtException', (error) => {
  logger.error({ err: error }, `the coordinator failed: ${messageOf(error)}`);
  process.exit(1);
});

try {
  await coordinator.start();
  service.start();
} catch (error) {
  logger.error(messageOf(error));
  process.exit(1);
}

function optionsOrExit(): CoordinatorOptions {
  try {
    return readOptions(process.argv, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(USAGE_EXIT);
  }
}

async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info(`${signal}: stopping`);
  service.stop();
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  await coordinator.stop();
  process.exit(0);
}
