import { coordinatorsHere } from '../find-coordinator.ts';
import type { Screen } from '../session.ts';
import { table } from '../table.ts';
import { plain } from '../text.ts';

const columns = [{ head: 'COORDINATOR' }, { head: 'ADDRESS' }, { head: 'VERSION' }];

/** Shows the coordinators that announce themselves on the networks of this host. */
export async function coordinators(screen: Screen): Promise<void> {
  const found = await coordinatorsHere();
  screen.show(
    () =>
      found.length === 0
        ? 'no coordinator announces itself here'
        : table(
            columns,
            found.map(({ name, host, port, version }) => [plain(name), `${host}:${port}`, plain(version)]),
          ),
    () => ({
      coordinators: found.map(({ name, id, host, port, version, protocol }) => ({
        name,
        coordinatorId: id,
        address: `${host}:${port}`,
        version,
        protocol,
      })),
    }),
  );
}
