import { ConfigError } from '../config.ts';
import { messageOf } from '../errno.ts';
import { monotonicClock } from '../local-clock.ts';
import { createLogger } from '../log.ts';
import { connectServiceManager } from '../service/connect-service-manager.ts';
import { CoordinatorService } from '../service/coordinator-service.ts';
import type { ServiceManager } from '../service/service-manager.ts';
import { nodeTimers } from '../timers.ts';
import { Coordinator } from './coordinator.ts';
import { type ProgramOptions, readOptions } from './options.ts';

const USAGE_EXIT = 2;
/** Rooms are killed after a second; nothing else takes long. */
const STOP_WITHIN_MS = 1800;

if (process.argv[2] === 'restore') {
  const { restoreCommand } = await import('./backup/restore-command.ts');
  process.exit(await restoreCommand(process.argv, process.env));
}

const options = optionsOrExit();
const logger = await createLogger(options.logLevel);
const manager = await connectServiceManager(process.env, logger);
const { coordinator, service } = await programOf(options, manager);
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

async function programOf({ lobby, ...rest }: ProgramOptions, manager: ServiceManager) {
  if (lobby) {
    const { RoomHost } = await import('./hosts/room-host.ts');
    const { RoomHostService } = await import('../service/room-host-service.ts');
    const host = new RoomHost({ ...rest, lobby }, logger);
    return { coordinator: host, service: new RoomHostService(manager, host, monotonicClock, nodeTimers) };
  }
  const home = new Coordinator(rest, logger);
  return { coordinator: home, service: new CoordinatorService(manager, home, monotonicClock, nodeTimers) };
}

function optionsOrExit(): ProgramOptions {
  try {
    return readOptions(process.argv, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`jam-coordinator: ${error.message}\n`);
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
