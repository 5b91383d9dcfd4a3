import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Household } from '../../daemon/end-to-end/household.ts';
import { monotonicClock } from '../../daemon/local-clock.ts';
import type { RoomCommand, Track } from '../../protos/index.ts';
import { LOUD_AGAIN_AT_S, QUIET_AT_S, writeLargeTrack, writeShortTrack } from './tracks.ts';

/** A command that makes something audible, and when it was given: in µs of the monotonic clock. */
export interface Start {
  readonly kind: StartKind;
  readonly atUs: number;
  /** Least share of the track that a speaker held when it was first heard to play; undefined: not asked. */
  readonly held?: number;
}

export const startKinds = {
  jamctl: 'warm: play, from the start of the jamctl process',
  request: 'warm: play, from the request',
  resume: 'warm: play after pause, from the request',
  seek: 'warm: seek while playing, from the request',
  cold: 'cold: play, nothing held, from the request',
} as const;
export type StartKind = keyof typeof startKinds;

const SILENCE_MS = 900;
const SOUND_MS = 900;

/** Adds tracks while no speaker is there to fetch them: they are the coordinator's only. */
export async function storeLargeTracks(home: Household, count: number, megabytes: number): Promise<Track[]> {
  const paths = Array.from({ length: count }, (_, i) => join(home.directory, `large-${i}.wav`));
  for (const [i, path] of paths.entries()) writeLargeTrack(path, megabytes, i + 1);
  await jamctl(home, 'add', ...paths);
  const queue = await home.ask({ kind: 'getQueue' });
  if (queue.kind !== 'room' || queue.body.kind !== 'queue') throw new Error('the room tells no queue');
  const tracks = queue.body.items.map(({ track }) => track);
  await ask(home, { kind: 'clear' });
  return tracks;
}

/** Starts of a short track that all speakers hold, so many of each kind. */
export async function startWarm(home: Household, count: number): Promise<Start[]> {
  const path = join(home.directory, 'short.wav');
  writeShortTrack(path);
  await jamctl(home, 'add', path);
  await home.waitFor(
    ({ speakers }) => speakers.every(({ report }) => report?.held[0]?.ratio === 1),
    10_000,
    'all speakers to hold the track',
  );
  const starts: Start[] = [];
  for (let i = 0; i < count; i++) {
    starts.push(await heard('jamctl', () => jamctl(home, 'play')));
    await silence(home, 'pause');
    starts.push(await heard('resume', () => ask(home, { kind: 'play' })));
    await silence(home, 'stop');
    starts.push(await heard('request', () => ask(home, { kind: 'play' })));
    await ask(home, { kind: 'seek', seconds: QUIET_AT_S + 1, relative: false });
    await sleep(SILENCE_MS);
    starts.push(
      await heard('seek', () => ask(home, { kind: 'seek', seconds: LOUD_AGAIN_AT_S + 1, relative: false })),
    );
    await silence(home, 'stop');
  }
  return starts;
}

/** A start of each of the tracks, none of which a speaker has a byte of. */
export async function startCold(home: Household, tracks: readonly Track[]): Promise<Start[]> {
  const starts: Start[] = [];
  for (const track of tracks) {
    await ask(home, { kind: 'clear' });
    await sleep(SILENCE_MS);
    await ask(home, { kind: 'add', tracks: [track] });
    const start = await heard('cold', () => ask(home, { kind: 'play' }), 0);
    const status = await home.waitFor(
      ({ speakers }) => speakers.every(({ report }) => report?.playout.state === 'SOUNDING'),
      5000,
      'all speakers to play',
    );
    const ratios = status.speakers.map(
      ({ report }) => report?.held.find(({ hash }) => hash === track.hash)?.ratio ?? 0,
    );
    starts.push({ ...start, held: Math.min(...ratios) });
    await sleep(SOUND_MS);
  }
  await ask(home, { kind: 'stop' });
  return starts;
}

async function heard(kind: StartKind, act: () => Promise<void>, forMs = SOUND_MS): Promise<Start> {
  const atUs = monotonicClock();
  await act();
  await sleep(forMs);
  return { kind, atUs };
}

async function silence(home: Household, kind: 'pause' | 'stop'): Promise<void> {
  await ask(home, { kind });
  await sleep(SILENCE_MS);
}

async function ask(home: Household, body: RoomCommand['body']): Promise<void> {
  const reply = await home.ask(body);
  const answer = reply.kind === 'room' ? reply.body : reply;
  if (answer.kind !== 'done') throw new Error(`${body.kind} was answered ${JSON.stringify(answer)}`);
}

async function jamctl(home: Household, ...args: string[]): Promise<void> {
  const { exitCode, output } = await home.jamctl(...args);
  if (exitCode !== 0) throw new Error(`jamctl ${args.join(' ')} ended with ${exitCode}: ${output}`);
}
