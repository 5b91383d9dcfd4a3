import { isMainThread, Worker } from 'node:worker_threads';
import * as v from 'valibot';
import { ClockClient } from '../../daemon/clock/clock-client.ts';
import { type ClockMap, toRoom } from '../../daemon/clock/clock-map.ts';
import { ClockResponder } from '../../daemon/coordinator/clock-responder.ts';
import { monotonicClock } from '../../daemon/local-clock.ts';
import { Gatekeeper } from '../../daemon/security/gatekeeper.ts';
import { localUs } from '../../daemon/units.ts';
import { PeerOptions, type PeerUpdate } from './peer-options.ts';
import { makeTrueClock, trueOffset } from './true-clock.ts';

// One end of the measurement, a process of its own: node peer.ts '{"role":"client",…}'
// A client writes a line of JSON for each update; a responder one word when it serves.

const LOAD_PERIOD_MS = 10;

async function serve({ address, keys }: PeerOptions): Promise<void> {
  const gatekeeper = keys && new Gatekeeper(() => keys.server);
  await gatekeeper?.start();
  const socket = gatekeeper?.keysFor('clock', (key) => key === keys?.client.publicKey);
  await new ClockResponder(monotonicClock, 'bench', socket).start(address);
  process.stdout.write('ready\n');
}

/** Compares every map with the truth: the room clock is the host's own, which no shim reaches. */
function follow({ address, keys }: PeerOptions): void {
  const trueClock = makeTrueClock();
  const startedUs = monotonicClock();
  let before: ClockMap | undefined;
  const client = new ClockClient({
    address,
    clock: monotonicClock,
    keys: keys && { own: keys.client, server: keys.server.publicKey, proof: new Uint8Array() },
    onProblem: (message) => process.stderr.write(`${message}\n`),
    onUpdate({ map, report }) {
      if (!map) return;
      const truth = trueOffset(monotonicClock, trueClock);
      const errorOf = (one: ClockMap) =>
        toRoom(one, localUs(truth.atLocalUs)) - truth.atLocalUs - truth.offsetUs;
      const update: PeerUpdate = {
        atMs: (truth.atLocalUs - startedUs) / 1e3,
        state: report.state,
        errorUs: errorOf(map),
        errorBeforeUs: errorOf(before ?? map),
        errorBoundUs: report.errorBoundUs,
        driftPpm: report.driftPpm,
        rssMb: process.memoryUsage.rss() / 2 ** 20,
      };
      before = map;
      process.stdout.write(`${JSON.stringify(update)}\n`);
    },
  });
  client.start();
}

/** Keeps this thread busy for a share of the time, in pieces of loadMs, at no regular moments. */
function work(loadMs: number): void {
  if (loadMs === 0) return;
  const untilUs = monotonicClock() + loadMs * 1e3;
  while (monotonicClock() < untilUs);
  setTimeout(work, Math.random() * 2 * (LOAD_PERIOD_MS - loadMs), loadMs);
}

const options = v.parse(PeerOptions, JSON.parse(process.argv[2] ?? ''));
if (isMainThread) {
  work(options.loadMs);
  // Nothing else runs in a worker's process; the main thread has only its load.
  process.stdin.resume().once('end', () => process.exit());
}
if (options.thread === 'worker' && isMainThread) {
  new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
} else if (options.role === 'responder') {
  await serve(options);
} else {
  follow(options);
}
