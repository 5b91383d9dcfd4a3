import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { Household } from '../daemon/end-to-end/household.ts';
import { machine } from './machine.ts';
import { memoryOf } from './playout/process-figures.ts';

// npm run bench:rooms: how long a room takes to start, and to be back after kill -9, and what its process takes of
// memory. Exit code 1 when more than what is promised: 500 ms, and 85 MB resident.

const START_LIMIT_MS = 500;
const RESIDENT_LIMIT_MB = 85;
const MAX_ROOMS = 29;
/** For a room to settle before it is weighed. */
const SETTLE_MS = 2000;

const { rooms: count } = new Command('bench:rooms')
  .description('Measures the start and the memory of room processes.')
  .option('--rooms <n>', `so many, up to ${MAX_ROOMS}`, Number, 20)
  .allowExcessArguments(false)
  .parse()
  .opts<{ rooms: number }>();

const home = new Household();
process.on('exit', () => home.killAll());
await home.start();

const names = Array.from({ length: Math.min(count, MAX_ROOMS) }, (_, i) => `room ${i + 1}`);
const startMs: number[] = [];
for (const name of names) startMs.push(await timed(() => createRoom(name)));
await sleep(SETTLE_MS);
const pids = home.coordinator.children;
const residentMb = pids.map((pid) => memoryOf(pid).resident);
const privateMb = pids.map((pid) => memoryOf(pid).private);
const backMs: number[] = [];
for (const pid of pids) backMs.push(await timed(() => killed(pid)));
await home.stop();

const { cpu, cores, node } = machine();
console.log(`${pids.length} room processes at once; ${cores} × ${cpu}, Node ${node}`);
console.log('                        median    p90    max');
const isStartFine = show('created and up, ms', startMs, START_LIMIT_MS);
show('back after kill -9, ms', backMs);
const isSizeFine = show('resident, MB', residentMb, RESIDENT_LIMIT_MB);
show('private, MB', privateMb);
process.exitCode = isStartFine && isSizeFine ? 0 : 1;

async function createRoom(name: string): Promise<void> {
  const reply = await home.askLobby({ kind: 'createRoom', name });
  if (reply.kind !== 'done' || reply.note !== '') throw new Error(`${name}: ${JSON.stringify(reply)}`);
}

/** Resolves when another process has the room's place and all rooms answer. */
async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  for (;;) {
    const reply = await home.askLobby({ kind: 'listRooms' });
    const isGone = !home.coordinator.children.includes(pid);
    if (isGone && reply.kind === 'rooms' && reply.rooms.every(({ running }) => running)) return;
    await sleep(5);
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const fromMs = performance.now();
  await work();
  return performance.now() - fromMs;
}

/** A line of figures; whether all are within the limit. */
function show(what: string, values: readonly number[], limit = Number.POSITIVE_INFINITY): boolean {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  const figures = [0.5, 0.9, 1].map((share) => at(share).toFixed(0).padStart(7)).join('');
  const verdict = Number.isFinite(limit)
    ? `   at most ${limit}: ${at(1) <= limit ? 'kept' : 'NOT KEPT'}`
    : '';
  console.log(`${what.padEnd(23)}${figures}${verdict}`);
  return at(1) <= limit;
}
