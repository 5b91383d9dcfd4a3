// Run on the hub as a program of its own: node poll-statuses.ts HOST PORT ROOM. Asks the lobby for the room's
// status a few times a second, and writes one JSON line for each answer, until its standard input ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { LobbyClient } from '../../controller/client.ts';
import { CommandError } from '../../controller/exit-codes.ts';
import { CoordinatorKeys } from '../../controller/keys.ts';
import type { RoomStatus } from '../../protos/index.ts';
import { trueNowUs } from './session.ts';
import type { Look } from './status-poll.ts';

const EVERY_MS = 300;
const TIMEOUT_MS = 500;
const KEYS_WITHIN_MS = 5000;

const [host = '', port = '', room = ''] = process.argv.slice(2);
const address = { host, port: Number(port) };
const keys = new CoordinatorKeys(address, process.env);
await keys.find(KEYS_WITHIN_MS);
const client = new LobbyClient(address, { timeoutMs: TIMEOUT_MS, retry: true, givenAtMs: 0, keys });
process.stdin.resume().once('end', () => process.exit(0));
for (;;) {
  const fromTrueUs = trueNowUs();
  try {
    const { kind: _, ...status } = await client.askRoom(room, { kind: 'getStatus' }, 'status');
    process.stdout.write(`${JSON.stringify(lookOf((fromTrueUs + trueNowUs()) / 2, status))}\n`);
  } catch (error) {
    // The coordinator is away: asked again.
    if (!(error instanceof CommandError)) throw error;
  }
  await sleep(EVERY_MS);
}

function lookOf(atTrueUs: number, status: RoomStatus): Look {
  const { spreadBoundUs, speakers, state, positionS, startInMs } = status;
  const reports = speakers.flatMap(({ member, report }) => {
    if (report?.playout.state !== 'SOUNDING') return [];
    const { clock, playout, sentRoomUs } = report;
    const { offsetUs, errorBoundUs: clockBoundUs } = clock;
    const { errorUs, errorBoundUs: dacBoundUs, dacPpm, bufferMs } = playout;
    return [{ name: member.name, sentRoomUs, offsetUs, clockBoundUs, errorUs, dacBoundUs, dacPpm, bufferMs }];
  });
  const needs = speakers.flatMap(({ member, report }) =>
    report ? [{ name: member.name, wayUs: report.clock.delayP95Us / 2, ownUs: report.leadUs }] : [],
  );
  const startTrueUs = state === 'PLAYING' ? atTrueUs + startInMs * 1e3 - positionS * 1e6 : null;
  return { atTrueUs, spreadBoundUs: spreadBoundUs ?? null, reports, needs, startTrueUs };
}
