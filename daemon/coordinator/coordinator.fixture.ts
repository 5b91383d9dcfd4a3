import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import {
  type Assignment,
  LobbyReply,
  LobbyRequest,
  type RoomCommand,
  type RoomStatus,
} from '../../protos/index.ts';
import { Requester } from '../net/requester.ts';
import { findLocalKeys } from '../security/runtime-keys.ts';
import { sha256, wavFile } from './media-store.fixture.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
/** The launchers have one too. */
const COMPILE_CACHE = join(tmpdir(), 'jam-test-compile-cache');
export const HOST = '127.0.0.1';
/** For anything that is waited for. */
const LIMIT_MS = 10_000;
const PORTS_EACH = 100;

let homes = 0;

/** A coordinator as a real process on ports and a data directory of its own, to be killed and started again. */
export class Home {
  readonly port: number;
  readonly dataDir: string;
  readonly lines: string[] = [];
  readonly #arrivals = new EventEmitter();
  #process: ChildProcess | undefined;
  #requester: Requester<LobbyRequest['body'], LobbyReply['body']> | undefined;

  constructor(port: number, dataDir: string) {
    this.port = port;
    this.dataDir = dataDir;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the coordinator does not run');
    return pid;
  }

  /** In which the programs of this home find its keys. */
  get environment() {
    return { JAM_KEYS_DIR: join(this.dataDir, 'runtime') };
  }

  /** Starts the process; what it logs is in `lines`. */
  spawn(...flags: string[]): void {
    const options = [
      '--listen',
      HOST,
      '--port',
      `${this.port}`,
      '--data-dir',
      this.dataDir,
      '--name',
      'home',
    ];
    const child = spawn(process.execPath, [MAIN, ...options, ...flags], {
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, ...this.environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.lines.push(line);
      this.#arrivals.emit('line');
    });
    this.#process = child;
  }

  async start(...flags: string[]): Promise<void> {
    const from = this.lines.length;
    this.spawn(...flags);
    await this.logged(/"msg":"ready/, from);
    const keys = findLocalKeys(HOST, this.port, this.environment);
    this.#requester = new Requester(`tcp://${HOST}:${this.port}`, LobbyRequest, LobbyReply, keys);
    this.#requester.start();
  }

  /** The first line from `from` on that matches; throws when none comes. */
  async logged(pattern: RegExp, from = 0): Promise<string> {
    const limit = AbortSignal.timeout(LIMIT_MS);
    for (;;) {
      const line = this.lines.slice(from).find((one) => pattern.test(one));
      if (line) return line;
      await once(this.#arrivals, 'line', { signal: limit }).catch(() => {
        throw new Error(`no line matches ${pattern} in:\n${this.lines.join('\n')}`);
      });
    }
  }

  /** Ends the process; resolves with its exit code when it is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#requester?.stop();
    this.#requester = undefined;
    this.#process?.kill(signal);
    return this.ended();
  }

  /** Resolves with the exit code when the process is gone. */
  async ended(): Promise<number | null> {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child?.exitCode ?? null;
  }

  async ask(body: LobbyRequest['body']): Promise<LobbyReply['body']> {
    if (!this.#requester) throw new Error('the coordinator does not run');
    return this.#requester.request(body, 5000);
  }

  /** Asks and expects that it is done. */
  async do(body: LobbyRequest['body']): Promise<void> {
    const reply = await this.ask(body);
    if (reply.kind !== 'done') throw new Error(`${body.kind}: ${JSON.stringify(reply)}`);
  }

  async room(body: RoomCommand['body'], room = 'main'): Promise<LobbyReply['body']> {
    return this.ask({ kind: 'callRoom', room, command: { body } });
  }

  async status(room = 'main'): Promise<RoomStatus> {
    const reply = await this.room({ kind: 'getStatus' }, room);
    if (reply.kind === 'room' && reply.body.kind === 'status') return reply.body;
    throw new Error(`no status: ${JSON.stringify(reply)}`);
  }

  /** Uploads a WAV of so many seconds and adds it to the room's queue. */
  async addTrack(seconds: number, seed = 1): Promise<string> {
    const wav = wavFile(seconds, seed);
    const hash = sha256(wav);
    const url = `http://${HOST}:${this.port + 2}/tracks/${hash}?name=tune-${seed}.wav`;
    const stored = await fetch(url, { method: 'PUT', body: wav, headers: await this.#upload(hash) });
    if (!stored.ok) throw new Error(await stored.text());
    const track = { hash, bytes: 1, codec: 'WAV', sampleRate: 8000, channels: 1, frames: 1 } as const;
    const reply = await this.room({ kind: 'add', tracks: [{ ...track, title: '', artist: '', album: '' }] });
    if (reply.kind !== 'room' || reply.body.kind !== 'done') throw new Error(JSON.stringify(reply));
    return hash;
  }

  async #upload(hash: string): Promise<Record<string, string>> {
    const reply = await this.ask({ kind: 'getMediaToken', hash, upload: true });
    return reply.kind === 'mediaToken' ? { authorization: `Bearer ${reply.token}` } : {};
  }

  async hello(speakerId: string, name: string): Promise<Assignment> {
    const reply = await this.ask({ kind: 'hello', speakerId, name, version: '1', device: 'test' });
    if (reply.kind !== 'assignment') throw new Error(JSON.stringify(reply));
    return reply;
  }

  /** Process ids of the rooms that run. */
  async roomPids(): Promise<number[]> {
    const children = await readFile(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8');
    return children.trim().split(' ').filter(Boolean).map(Number);
  }

  async roomDatabases(): Promise<string[]> {
    const names = await readdir(join(this.dataDir, 'rooms'));
    return names.filter((name) => name.endsWith('.db'));
  }
}

/** A home that isn't started yet; what is left of it goes when the test ends. */
export async function newHome(t: Pick<ExecutionContext, 'teardown'>): Promise<Home> {
  // Below the ports that the system gives out by itself, and apart from other test files' by process id.
  const port = 20_000 + ((process.pid * 7 + homes) % 120) * PORTS_EACH;
  homes += 1;
  const dataDir = await mkdtemp(join(tmpdir(), 'jam-coordinator-'));
  const home = new Home(port, dataDir);
  t.teardown(async () => {
    await home.end('SIGKILL');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20 });
  });
  return home;
}

export async function startedHome(t: ExecutionContext, ...flags: string[]): Promise<Home> {
  const home = await newHome(t);
  await home.start(...flags);
  return home;
}

/** Tries until what is tried gives no undefined; throws when it takes too long. */
export async function eventually<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  const untilMs = performance.now() + LIMIT_MS;
  while (performance.now() < untilMs) {
    const result = await attempt();
    if (result !== undefined) return result;
    await pause(20);
  }
  throw new Error(`${what}: not within ${LIMIT_MS} ms`);
}
