import { type Checks, expect, unitState } from './checks.ts';
import type { Machine } from './machine.ts';
import { until } from './run.ts';

const UNIT = 'jam-room-host';
/** Of the lobby's own device, here: it has ports of its own. */
const SETTINGS = 'name = "loft"\nlobby = "127.0.0.1"\nport = 7500\n';
const UP_WITHIN_MS = 60_000;

/**
 * What a room host's unit promises; on the coordinator's own machine, where it adopts itself.
 * @param restarted resolves once a unit has another process than this one
 * @param plays waits until the speaker plays; what it then says of itself
 */
export async function checkRoomHost(
  machine: Machine,
  checks: Checks,
  restarted: (unit: string, pid: number) => Promise<unknown>,
  plays: () => Promise<string>,
): Promise<void> {
  const check = checks.check.bind(checks);
  await check('a room host without a lobby says what to set, and is not tried again', async () => {
    const { code } = await machine.exec(`systemctl start ${UNIT}`);
    const { sub, restarts } = await unitState(machine, UNIT);
    const log = await machine.must(`journalctl -u ${UNIT} -o cat --no-pager -n 20`);
    const line = /^.*lobby is not set.*$/m.exec(log)?.[0];
    expect(code !== 0 && sub === 'failed' && restarts === 0 && line !== undefined, `${sub}: ${log}`);
    return line ?? '';
  });
  await check('a room host is enabled by a person, and the speaker plays in a room there', async () => {
    machine.write(`/etc/jam/${UNIT.slice('jam-'.length)}.toml`, SETTINGS);
    await machine.must(`systemctl enable --now ${UNIT}`);
    await hostIsOnline(machine);
    await machine.must('jamctl room create attic --host loft && jamctl speaker move kitchen attic');
    await machine.must('jamctl --room attic add /var/tmp/tone.wav && jamctl --room attic play');
    await plays();
    return statusOf(machine);
  });
  await check(`${UNIT} is stopped by SIGSTOP: the watchdog starts it anew, with its room`, async () => {
    const { pid } = await unitState(machine, UNIT);
    await machine.must(`kill -STOP ${pid}`);
    await restarted(UNIT, pid);
    const status = await statusOf(machine);
    return `${status}; ${await plays()}`;
  });
  await check(
    '`systemctl disable --now jam-room-host`: its speaker goes back to the coordinator',
    async () => {
      await machine.must('jamctl speaker move kitchen main && jamctl room delete attic');
      await machine.must(`systemctl disable --now ${UNIT} && jamctl host forget loft`);
      const { active, result } = await unitState(machine, UNIT);
      expect(active === 'inactive' && result === 'success', `it is ${active}, ${result}`);
      return plays();
    },
  );
}

function hostIsOnline(machine: Machine): Promise<true> {
  return until('room host', UP_WITHIN_MS, async () => {
    const { output } = await machine.exec('jamctl hosts');
    return /loft +online/.test(output) || undefined;
  });
}

/** Once its room is up. */
function statusOf(machine: Machine): Promise<string> {
  let last = '';
  return until(
    'room on the room host',
    UP_WITHIN_MS,
    async () => {
      last = (await unitState(machine, UNIT)).status;
      return /1 of 1 rooms up; the lobby .* is there/.test(last) ? last : undefined;
    },
    () => `It says "${last}"`,
  );
}
