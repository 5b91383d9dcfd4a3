import { messageOf } from '../errno.ts';
import type { Logger } from '../logger.ts';
import { ServiceManager } from './service-manager.ts';

/**
 * The service manager that has started this process, by what it has left in the environment. What others start from
 * here won't take it for theirs: the variables are removed.
 */
export async function connectServiceManager(
  environment: NodeJS.ProcessEnv,
  logger: Logger,
): Promise<ServiceManager> {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = environment;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name];
  if (!NOTIFY_SOCKET) return new ServiceManager(() => {}, undefined);
  const isOurs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  const watchdogUs = isOurs && Number(WATCHDOG_USEC) > 0 ? Number(WATCHDOG_USEC) : undefined;
  return new ServiceManager(await senderTo(NOTIFY_SOCKET, logger), watchdogUs);
}

async function senderTo(address: string, logger: Logger): Promise<(message: string) => void> {
  try {
    // Loaded here only: without a service manager the coordinator does without koffi, which takes 6 MB.
    const { openNotifySocket } = await import('./notify-socket.ts');
    return openNotifySocket(address);
  } catch (error) {
    logger.warn(`systemd can't be told how this service is: ${messageOf(error)}`);
    return () => {};
  }
}
