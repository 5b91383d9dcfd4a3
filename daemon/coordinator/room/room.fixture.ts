import type { Report, Track } from '../../../protos/index.ts';
import { PROTOCOL } from '../../../protos/index.ts';
import { roomUs } from '../../units.ts';
import { type Action, perform, type Timing } from './room.ts';
import { newRoom, type RoomState } from './room-state.ts';

/** A track of so many seconds; n makes its hash and title. */
export function trackOf(n: number, seconds: number, sampleRate = 44_100): Track {
  return {
    hash: n.toString(16).padStart(64, '0'),
    bytes: 1000,
    codec: 'MP3',
    sampleRate,
    channels: 2,
    frames: Math.round(seconds * sampleRate),
    title: `track ${n}`,
    artist: '',
    album: '',
  };
}

/** A room, new at room time 0. */
export const emptyRoom = (): RoomState => newRoom('r1', 'main', 'clock-1', roomUs(0));

/** Carries out a command that must be accepted, at a room time, with a lead of 0.1 s. */
export function after(state: RoomState, action: Action, seconds: number): RoomState {
  const outcome = perform(state, action, timingAt(seconds));
  if (outcome.kind === 'failure') throw new Error(`${action.kind} is refused: ${outcome.message}`);
  return outcome.state;
}

export const LEAD_US = 100_000;
export const timingAt = (seconds: number): Timing => ({
  now: roomUs(seconds * 1e6),
  leadUs: () => LEAD_US,
});

/** A synchronized, sounding speaker's report, with changes to it. */
export function reportOf(speakerId: string, changes: Partial<Report> = {}): Report {
  return {
    protocol: PROTOCOL,
    speakerId,
    name: speakerId,
    runId: 'run',
    seq: 1,
    sentRoomUs: 0,
    clock: { state: 'SYNCHRONIZED', offsetUs: 0, errorBoundUs: 20, driftPpm: 0, delayP95Us: 2000 },
    playout: playing,
    leadUs: 70_000,
    held: [],
    problem: '',
    glitches: [],
    ...changes,
  };
}

export const playing: Report['playout'] = {
  state: 'SOUNDING',
  epoch: 1,
  itemId: '',
  positionFrame: 0,
  errorUs: 0,
  errorBoundUs: 5,
  dacPpm: 0,
  slewPpm: 0,
  bufferMs: 40,
  xruns: 0,
  resyncs: 0,
  lateStarts: 0,
  device: 'default',
  rate: 48_000,
  format: 'S16',
  gaps: 0,
};
