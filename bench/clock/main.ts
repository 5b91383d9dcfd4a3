import Table from 'cli-table3';
import { messageOf } from '../../daemon/errno.ts';
import { monotonicClock } from '../../daemon/local-clock.ts';
import { machine } from '../machine.ts';
import { HUB_ADDRESS, Network, type NetworkKind } from '../rig/network.ts';
import { buildRig, needTools, RigError } from '../rig/tools.ts';
import { type Case, type CaseResult, type End, measurePair } from './pair.ts';

// Error of the clock estimate against the truth: npm run bench:clock

const SECONDS = 25;
const THREAD_SECONDS = 8;
const THREAD_ROUNDS = 2;
const LOAD_MS = 3;
const CLIENT_PPM = 50;
const CLIENT_OFFSET_US = 123_456_789;
const PORT = 21_000 + (process.pid % 10_000);

const quiet: End = { thread: 'main', loadMs: 0 };

async function onLoopback(isEncrypted: boolean): Promise<CaseResult> {
  return measurePair({
    name: `loopback, one clock${isEncrypted ? '' : ', in the clear'}`,
    isEncrypted,
    address: `tcp://127.0.0.1:${PORT}`,
    responder: quiet,
    client: quiet,
    seconds: SECONDS,
    trueDriftPpm: 0,
  });
}

/** A responder and a client in network namespaces of their own, the client's clock offset and fast. */
async function betweenHosts(kind: NetworkKind): Promise<CaseResult> {
  const files = buildRig(true);
  const network = new Network(files, kind, 1);
  const remove = () => network.remove();
  process.once('exit', remove);
  try {
    const hub = network.addHub();
    const host = await network.addHost('client', 0);
    const env = {
      LD_PRELOAD: files.clockShim ?? '',
      JAM_SHIM_PPM: String(CLIENT_PPM),
      JAM_SHIM_OFFSET_US: String(CLIENT_OFFSET_US),
      JAM_SHIM_ANCHOR_US: String(monotonicClock()),
    };
    return await measurePair({
      name: `two hosts, ${kind}, ${CLIENT_PPM} ppm apart`,
      address: `tcp://${HUB_ADDRESS}:${PORT}`,
      responder: { ...quiet, space: hub },
      client: { ...quiet, space: host, env },
      seconds: SECONDS,
      isEncrypted: true,
      trueDriftPpm: -CLIENT_PPM / (1 + CLIENT_PPM * 1e-6),
    });
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** Each way to share threads out, round by round, so that the machine's other work meets all alike. */
async function byThread(): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (let round = 1; round <= THREAD_ROUNDS; round++)
    for (const loadMs of [0, LOAD_MS])
      for (const client of ['main', 'worker'] as const)
        for (const responder of ['main', 'worker'] as const) {
          const one: Case = {
            name: `client ${client}, responder ${responder}, busy ${loadMs * 10} %, round ${round}`,
            address: `tcp://127.0.0.1:${PORT}`,
            responder: { thread: responder, loadMs },
            client: { thread: client, loadMs },
            seconds: THREAD_SECONDS,
            isEncrypted: true,
            trueDriftPpm: 0,
          };
          results.push(await measurePair(one));
        }
  return results;
}

function print(results: readonly CaseResult[]): void {
  const round = (value: number) => value.toFixed(1);
  const table = new Table({
    style: { head: [], border: [] },
    head: [
      'case',
      'synchronized ms',
      'error µs p50',
      'p95',
      'p99',
      'max',
      'mean',
      'bound',
      'step p99',
      'drift ppm',
      'MB',
    ],
  });
  for (const one of results) {
    const { p50, p95, p99, max } = one.errorUs;
    const figures = [
      one.synchronizedMs,
      p50,
      p95,
      p99,
      max,
      one.biasUs,
      one.errorBoundUs,
      one.stepUs.p99,
      one.driftErrorPpm,
      one.rssMb,
    ];
    table.push([one.name, ...figures.map(round)]);
  }
  process.stdout.write(`${table.toString()}\n`);
}

async function main(): Promise<void> {
  const { cpu, cores, kernel, node } = machine();
  process.stdout.write(`${cpu}, ${cores} cores, ${kernel}, Node ${node}\n`);
  const results = [await onLoopback(true), await onLoopback(false)];
  try {
    needTools(false);
    for (const kind of ['wired', 'wifi'] as const) results.push(await betweenHosts(kind));
  } catch (error) {
    if (!(error instanceof RigError)) throw error;
    process.stdout.write(`between two hosts: left out, ${messageOf(error)}\n`);
  }
  print(results);
  const threads = await byThread();
  print(threads);
  process.stdout.write(`${JSON.stringify({ machine: machine(), results, threads })}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await main();
