import { setTimeout as sleep } from 'node:timers/promises';
import type { LobbyRequest, RoomCommand, RoomStatus, SpeakerEntry, Track } from '../../../protos/index.ts';
import { sha256, wavFile } from '../../coordinator/media-store.fixture.ts';
import { mediaPort } from '../../coordinator/ports.ts';
import { Household } from '../household.ts';
import type { RoomView } from './ledgers.ts';

const TRACK_S = 60;
/** Of the tracks: they are not heard, but sent and probed. */
const RATE = 8000;
const LIMIT_MS = 30_000;
/** So many tracks stay when a queue is cut. */
const KEPT = 10;

/** What is killed. */
export type Victim = 'lobby' | 'room' | 'lobby and rooms' | 'speaker' | 'everything';

/** A household to be killed piece by piece. */
export class CrashHome {
  readonly household = new Household();
  readonly #speakers: readonly [string, ...string[]];
  tracks: Track[] = [];

  /** @param speakers their names; the lobby's client changes the first one */
  constructor(speakers: readonly [string, ...string[]]) {
    this.#speakers = speakers;
  }

  /** With so many tracks held, speakers in main, and rooms of the names. */
  async start(trackCount: number, rooms: readonly string[]): Promise<void> {
    await this.household.start();
    for (const name of this.#speakers) this.#addSpeaker(name);
    for (const name of rooms) await this.#do({ kind: 'createRoom', name });
    this.tracks = await Promise.all(Array.from({ length: trackCount }, (_, i) => this.#upload(i + 1)));
    await this.whole(['main', ...rooms]);
  }

  async stop(): Promise<void> {
    await this.household.stop();
  }

  /** kill -9. What nobody else starts again is started. */
  async kill(victim: Victim, dice: number): Promise<void> {
    const { coordinator } = this.household;
    if (victim === 'room') return killOne(coordinator.children, dice);
    if (victim === 'speaker' || victim === 'everything') this.#killSpeaker(dice);
    if (victim === 'speaker') return;
    const rooms = coordinator.children;
    if (victim === 'lobby') coordinator.kill('SIGKILL');
    else await this.household.killCoordinator();
    await coordinator.ended();
    await this.#gone(rooms);
    await this.household.startCoordinator();
  }

  /** Resolves when every room answers and every speaker has sent a report that is newer than the call. */
  async whole(rooms: readonly string[]): Promise<void> {
    const fromMs = performance.now();
    for (const room of rooms) await this.view(room);
    const isThere = ({ speakers }: RoomStatus) =>
      speakers.length === this.#speakers.length &&
      speakers.every(({ online, reportAgeMs }) => online && reportAgeMs < performance.now() - fromMs);
    await this.household.waitFor(isThere, LIMIT_MS, 'the speakers to be back');
  }

  /** @throws when the room doesn't answer in time */
  async view(room: string): Promise<RoomView> {
    const untilMs = performance.now() + LIMIT_MS;
    while (performance.now() < untilMs) {
      const status = await this.household.status(room);
      const queue = await this.household.ask({ kind: 'getQueue' }, room).catch(() => undefined);
      if (status && queue?.kind === 'room' && queue.body.kind === 'queue')
        return { status, queue: queue.body };
      await sleep(30);
    }
    throw new Error(`room ${room} doesn't answer\n${this.household.coordinator.log}`);
  }

  async rooms(): Promise<string[]> {
    const reply = await this.household.askLobby({ kind: 'listRooms' });
    if (reply.kind !== 'rooms') throw new Error(`no rooms but ${reply.kind}`);
    return reply.rooms.map(({ name }) => name);
  }

  async speaker(): Promise<SpeakerEntry | undefined> {
    const reply = await this.household.askLobby({ kind: 'listSpeakers' });
    if (reply.kind !== 'speakers') throw new Error(`no speakers but ${reply.kind}`);
    return reply.speakers.find(({ name }) => name === this.changedSpeaker);
  }

  get changedSpeaker(): string {
    return this.#speakers[0];
  }

  /** Has a room do something, when nobody else does. @throws when it's refused */
  async command(room: string, body: RoomCommand['body']): Promise<void> {
    await this.#do({ kind: 'callRoom', room, command: { body } });
  }

  async #do(body: LobbyRequest['body']): Promise<void> {
    const reply = await this.household.askLobby(body);
    const answer = reply.kind === 'room' ? reply.body : reply;
    if (answer.kind !== 'done') throw new Error(`${body.kind} was answered ${JSON.stringify(answer)}`);
  }

  /** Takes everything out of a room's queue but the current track and some others. */
  async cut(room: string): Promise<void> {
    const { queue } = await this.view(room);
    const positions = queue.items.map((_, i) => i + 1).filter((position) => position !== queue.current);
    await this.command(room, { kind: 'remove', positions: positions.slice(KEPT) });
  }

  #addSpeaker(name: string): void {
    this.household.addSpeakerWith(name, ['--sink', 'sim:ppm=0']);
  }

  #killSpeaker(dice: number): void {
    const name = this.#speakers[Math.floor(dice * this.#speakers.length)] ?? this.#speakers[0];
    this.household.speakers.get(name)?.kill('SIGKILL');
    this.#addSpeaker(name);
  }

  // Rooms end when their lobby does; until then they have their ports.
  async #gone(pids: readonly number[]): Promise<void> {
    const untilMs = performance.now() + LIMIT_MS;
    while (pids.some(isRunning)) {
      if (performance.now() > untilMs) throw new Error('a room has outlived its lobby');
      await sleep(5);
    }
  }

  async #upload(seed: number): Promise<Track> {
    const wav = slowWav(TRACK_S, seed);
    const hash = sha256(wav);
    const url = `http://127.0.0.1:${mediaPort(this.household.port)}/tracks/${hash}?name=${seed}.wav`;
    const ready = await this.household.askLobby({ kind: 'getMediaToken', hash, upload: true });
    if (ready.kind !== 'mediaToken') throw new Error(`no token but ${ready.kind}`);
    const headers = { authorization: `Bearer ${ready.token}` };
    const stored = await fetch(url, { method: 'PUT', body: wav, headers });
    if (!stored.ok) throw new Error(await stored.text());
    const untold = { title: '', artist: '', album: '' };
    return { hash, bytes: 0, codec: 'WAV', sampleRate: RATE, channels: 1, frames: 0, ...untold };
  }
}

/** wavFile() as of a lower rate. */
function slowWav(seconds: number, seed: number): Buffer {
  const wav = wavFile((seconds * RATE) / 44_100, seed);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(RATE * 2, 28);
  return wav;
}

function killOne(pids: readonly number[], dice: number): void {
  const pid = pids[Math.floor(dice * pids.length)];
  if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL');
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
