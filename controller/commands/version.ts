import { PROTOCOL } from '../../protos/index.ts';
import { CommandError } from '../exit-codes.ts';
import { ownVersion } from '../own-version.ts';
import type { Session } from '../session.ts';
import { plain } from '../text.ts';

/** Shows jamctl's version, and the coordinator's when it can be asked: not reaching it is no failure here. */
export async function version(session: Session): Promise<void> {
  const own = ownVersion();
  const coordinator = await askCoordinator(session);
  const { host, port } = session.client.address;
  session.show(
    () =>
      [
        `jamctl ${own} (protocol ${PROTOCOL}, Node ${process.versions.node})`,
        'error' in coordinator
          ? `no coordinator: ${plain(coordinator.error)}`
          : `coordinator ${plain(coordinator.name)} at ${host}:${port}: ${plain(coordinator.version)}`,
      ].join('\n'),
    () => ({ version: own, protocol: PROTOCOL, node: process.versions.node, coordinator }),
  );
}

async function askCoordinator(session: Session) {
  const { host, port } = session.client.address;
  try {
    const { name, version } = await session.client.ask({ kind: 'getInfo' }, 'info');
    return { address: `${host}:${port}`, name, version };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { address: `${host}:${port}`, error: error.message };
  }
}
