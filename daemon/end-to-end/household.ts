import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LobbyReply, LobbyRequest, type RoomCommand, type RoomStatus } from '../../protos/index.ts';
import { Requester } from '../net/requester.ts';
import { findKeys, findLocalKeys } from '../security/runtime-keys.ts';
import { freeCoordinatorPort } from './free-ports.ts';
import { Program } from './program.ts';

export interface SpeakerOptions {
  /** The simulated DAC's rate against the host's clock. */
  readonly ppm?: number;
  /** Where its DAC records to, if not to recordingOf(name). */
  readonly record?: string;
  /** The host by which it reaches the coordinator, 127.0.0.1 if not told. */
  readonly host?: string;
}

/** What a jamctl call has said. */
export interface JamctlResult {
  readonly exitCode: number | null;
  readonly output: string;
}

const askMs = 3000;
/** For a poll: a request that goes to a coordinator that is just dying is lost, and the next one isn't to wait long. */
const pollAskMs = 1000;
const pollMs = 50;

/** A coordinator and speakers on loopback, as real processes in a directory of their own. */
export class Household {
  /** Holds everything the programs write; gone after stop(). */
  readonly directory = mkdtempSync(join(tmpdir(), 'jam-household-'));
  readonly speakers = new Map<string, Program>();
  readonly #runs: { readonly name: string; readonly program: Program }[] = [];
  #port = 0;
  #coordinator: Program | undefined;
  #requester: Requester<LobbyRequest['body'], LobbyReply['body']> | undefined;

  /** By which the household's programs find their keys. */
  get environment(): Readonly<Record<string, string>> {
    return { JAM_KEYS_DIR: join(this.directory, 'keys') };
  }

  get port(): number {
    return this.#port;
  }

  get coordinator(): Program {
    if (!this.#coordinator) throw new Error('the household has not been started');
    return this.#coordinator;
  }

  /** Starts the coordinator, with flags beside the usual ones; resolves when it answers. */
  async start(...more: string[]): Promise<void> {
    this.#port = await freeCoordinatorPort();
    const data = join(this.directory, 'coordinator');
    const flags = ['--name', 'home', '--listen', '127.0.0.1', '--port', `${this.#port}`, '--data-dir', data];
    const all = [...flags, ...more];
    this.#coordinator = new Program('daemon/coordinator/main.ts', all, [], this.environment);
    await this.startCoordinator();
  }

  /** A connection to the lobby of one's own, as of somebody on its host, started; the caller stops it. @throws before the lobby's first start */
  newRequester(): Requester<LobbyRequest['body'], LobbyReply['body']> {
    if (!findKeys('127.0.0.1', this.#port, this.environment))
      throw new Error('the coordinator has not left its keys yet');
    const keys = findLocalKeys('127.0.0.1', this.#port, this.environment);
    const requester = new Requester(`tcp://127.0.0.1:${this.#port}`, LobbyRequest, LobbyReply, keys);
    requester.start();
    return requester;
  }

  /** Starts the coordinator again, with what it has saved; resolves when it answers. */
  async startCoordinator(): Promise<void> {
    this.coordinator.start();
    await this.waitFor(() => true, 30_000, 'the coordinator to answer');
  }

  /** kill -9 of the coordinator and its rooms; resolves when all are gone. */
  async killCoordinator(): Promise<void> {
    const rooms = this.coordinator.children;
    this.coordinator.kill('SIGKILL');
    for (const room of rooms) process.kill(room, 'SIGKILL');
    await this.coordinator.ended();
  }

  /** Starts a speaker on a simulated DAC that records to recordingOf(name). */
  addSpeaker(name: string, options: SpeakerOptions = {}): Program {
    const { ppm = 0, record = this.recordingOf(name), host } = options;
    return this.addSpeakerWith(name, ['--sink', `sim:ppm=${ppm},record=${record}`], host);
  }

  addSpeakerWith(name: string, flags: readonly string[], host = '127.0.0.1'): Program {
    const cache = join(this.directory, 'cache');
    const own = ['--name', name, '--coordinator', `${host}:${this.#port}`, '--cache-dir', cache];
    // As its launchers start it.
    const program = new Program(
      'daemon/speaker/main.ts',
      [...own, ...flags],
      ['--single-threaded'],
      this.environment,
    );
    this.speakers.set(name, program);
    this.#runs.push({ name, program });
    program.start();
    return program;
  }

  /** What the speakers have warned of, in all their runs, for a test that fails. */
  get warnings(): string {
    const lines = this.#runs.flatMap(({ name, program }) =>
      program.log
        .split('\n')
        .filter((line) => /"level":"(warn|error)"/.test(line))
        .map((line) => `${name}: ${line}`),
    );
    return lines.join('\n');
  }

  recordingOf(name: string): string {
    return join(this.directory, `${name}.wav`);
  }

  /** Runs jamctl as a person would. @throws when it ends with anything but 0 */
  async do(...args: string[]): Promise<string> {
    const { exitCode, output } = await this.jamctl(...args);
    if (exitCode !== 0) throw new Error(`jamctl ${args.join(' ')} ended with ${exitCode}: ${output}`);
    return output;
  }

  /** Runs jamctl as a person would, and waits for its end. */
  async jamctl(...args: string[]): Promise<JamctlResult> {
    const at = ['--coordinator', `127.0.0.1:${this.#port}`];
    const program = new Program('controller/main.ts', [...at, ...args], [], this.environment);
    program.start();
    const exitCode = await program.ended();
    return { exitCode, output: program.log };
  }

  /** The room's answer to a command, asked without starting a jamctl. @throws when nobody answers */
  async ask(body: RoomCommand['body'], room = 'main'): Promise<LobbyReply['body']> {
    return this.askLobby({ kind: 'callRoom', room, command: { body } });
  }

  /** The lobby's answer. @throws when nobody answers */
  async askLobby(body: LobbyRequest['body'], withinMs = askMs): Promise<LobbyReply['body']> {
    this.#requester ??= this.newRequester();
    return this.#requester.request(body, withinMs);
  }

  /** Undefined while the coordinator or the room doesn't answer. */
  async status(room = 'main'): Promise<RoomStatus | undefined> {
    const asked = { kind: 'callRoom', room, command: { body: { kind: 'getStatus' } } } as const;
    const reply = await this.askLobby(asked, pollAskMs).catch(() => undefined);
    return reply?.kind === 'room' && reply.body.kind === 'status' ? reply.body : undefined;
  }

  /** Polls the room's status. @throws with what was waited for, and what is there instead, after limitMs */
  async waitFor(isSo: (status: RoomStatus) => boolean, limitMs: number, what: string): Promise<RoomStatus> {
    const untilMs = performance.now() + limitMs;
    let status: RoomStatus | undefined;
    while (performance.now() < untilMs) {
      status = await this.status();
      if (status && isSo(status)) return status;
      await sleep(pollMs);
    }
    throw new Error(`waited ${limitMs} ms for ${what}\n${this.#describe(status)}`);
  }

  /** Waits until so many speakers are online with their clocks synchronized. */
  async waitForSpeakers(count: number, limitMs = 10_000): Promise<RoomStatus> {
    const inTime = ({ speakers }: RoomStatus): boolean =>
      speakers.filter((s) => s.online && s.report?.clock.state === 'SYNCHRONIZED').length >= count;
    return this.waitFor(inTime, limitMs, `${count} synchronized speakers`);
  }

  /** Stops every program; their recordings are complete then. */
  async stopPrograms(): Promise<void> {
    this.#requester?.stop();
    await Promise.all([...this.speakers.values()].map((speaker) => speaker.stop()));
    await this.#coordinator?.stop();
  }

  async stop(): Promise<void> {
    await this.stopPrograms();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** For a process that is about to end: nothing is left running. */
  killAll(): void {
    for (const program of [...this.speakers.values(), this.#coordinator]) program?.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }

  #describe(status: RoomStatus | undefined): string {
    const logs = [...this.speakers].map(([name, program]) => `--- ${name}\n${program.log}`);
    const coordinator = `--- coordinator\n${this.#coordinator?.log ?? ''}`;
    return [JSON.stringify(status, null, 1) ?? 'no status', coordinator, ...logs].join('\n');
  }
}
