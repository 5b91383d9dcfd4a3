import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { newKeyPair } from '../../daemon/security/keys.ts';
import { percentiles } from '../measure/statistics.ts';
import { type PeerOptions, PeerUpdate } from './peer-options.ts';

const peer = fileURLToPath(new URL('./peer.ts', import.meta.url));
const START_LIMIT_MS = 15_000;

/** Where and how one end runs. */
export interface End {
  readonly thread: PeerOptions['thread'];
  readonly loadMs: number;
  /** Network namespace; none: this process's. */
  readonly space?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A responder and a client, measured for a while. */
export interface Case {
  readonly name: string;
  readonly address: string;
  readonly responder: End;
  readonly client: End;
  readonly seconds: number;
  /** CURVE, as Jam ships; else in the clear. */
  readonly isEncrypted: boolean;
  /** The room clock's rate against the client's. */
  readonly trueDriftPpm: number;
}

export interface CaseResult {
  readonly name: string;
  readonly updates: number;
  /** From the first update until synchronized, and what the error was there. */
  readonly synchronizedMs: number;
  readonly firstErrorUs: number;
  /** From 2 s on: magnitude of mapped − true room time, and its mean with the sign. */
  readonly errorUs: { p50: number; p95: number; p99: number; max: number };
  readonly biasUs: number;
  readonly errorBoundUs: number;
  readonly outsideBound: number;
  /** How far a new map moves the room time. */
  readonly stepUs: { p50: number; p95: number; p99: number; max: number };
  /** Magnitude, over the second half. */
  readonly driftErrorPpm: number;
  readonly rssMb: number;
}

/** @throws when an end doesn't start */
export async function measurePair(one: Case): Promise<CaseResult> {
  const keys = one.isEncrypted ? { keys: { server: newKeyPair(), client: newKeyPair() } } : {};
  const responder = startPeer('responder', one.address, one.responder, keys);
  try {
    await firstLine(responder);
    const client = startPeer('client', one.address, one.client, keys);
    try {
      return summarize(one, await updatesOf(client, one.seconds));
    } finally {
      client.kill('SIGKILL');
    }
  } finally {
    responder.kill('SIGKILL');
  }
}

function startPeer(
  role: PeerOptions['role'],
  address: string,
  end: End,
  keys: Pick<PeerOptions, 'keys'>,
): ChildProcess {
  const { thread, loadMs, space, env } = end;
  const options: PeerOptions = { role, address, thread, loadMs, ...keys };
  const command = [process.execPath, peer, JSON.stringify(options)];
  const [program = '', ...args] = space ? ['ip', 'netns', 'exec', space, ...command] : command;
  return spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
}

async function firstLine(child: ChildProcess): Promise<void> {
  if (!child.stdout) throw new Error('the process has no output');
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('a peer ended before it served')));
  await Promise.race([once(child.stdout, 'data', { signal: limit }), ended]);
}

async function updatesOf(client: ChildProcess, seconds: number): Promise<PeerUpdate[]> {
  if (!client.stdout) throw new Error('the process has no output');
  const updates: PeerUpdate[] = [];
  createInterface(client.stdout).on('line', (line) => updates.push(v.parse(PeerUpdate, JSON.parse(line))));
  await firstLine(client);
  await delay(seconds * 1000);
  return updates;
}

function summarize({ name, trueDriftPpm }: Case, updates: readonly PeerUpdate[]): CaseResult {
  const [first] = updates;
  if (!first) throw new Error(`${name}: no sample came back`);
  const synchronized = updates.find(({ state }) => state === 'SYNCHRONIZED');
  const settled = updates.filter(({ atMs }) => atMs > first.atMs + 2000);
  const half = settled.slice(Math.floor(settled.length / 2));
  const magnitudes = settled.flatMap((one) => [Math.abs(one.errorUs), Math.abs(one.errorBeforeUs)]);
  return {
    name,
    updates: updates.length,
    synchronizedMs: synchronized ? synchronized.atMs - first.atMs : Number.NaN,
    firstErrorUs: synchronized?.errorUs ?? Number.NaN,
    errorUs: percentiles(magnitudes),
    biasUs: settled.reduce((sum, { errorUs }) => sum + errorUs, 0) / settled.length,
    errorBoundUs: percentiles(settled.map((one) => one.errorBoundUs)).p50,
    outsideBound: settled.filter((one) => Math.abs(one.errorUs) > one.errorBoundUs).length,
    stepUs: percentiles(settled.map((one) => Math.abs(one.errorUs - one.errorBeforeUs))),
    driftErrorPpm: percentiles(half.map((one) => Math.abs(one.driftPpm - trueDriftPpm))).p95,
    rssMb: updates.at(-1)?.rssMb ?? Number.NaN,
  };
}
