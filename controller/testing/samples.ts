import type { Report, RoomStatus, Track } from '../../protos/index.ts';

export const track: Track = {
  hash: 'a'.repeat(64),
  bytes: 1_234_567,
  codec: 'MP3',
  sampleRate: 44100,
  channels: 2,
  frames: 44100 * 225,
  title: 'Title',
  artist: 'Artist',
  album: 'Album',
};

export const report: Report = {
  protocol: 1,
  speakerId: 's1',
  name: 'kitchen',
  runId: 'r1',
  seq: 5,
  sentRoomUs: 1e9,
  clock: { state: 'SYNCHRONIZED', offsetUs: 1234, errorBoundUs: 45, driftPpm: 3.2, delayP95Us: 420 },
  playout: {
    state: 'SOUNDING',
    epoch: 7,
    itemId: 'i1',
    positionFrame: 44100 * 83,
    errorUs: 12.4,
    errorBoundUs: 8,
    dacPpm: -17.1,
    slewPpm: 1.2,
    bufferMs: 84.2,
    xruns: 1,
    gaps: 2,
    resyncs: 0,
    lateStarts: 0,
    device: 'default',
    rate: 48000,
    format: 'S32',
  },
  leadUs: 20000,
  held: [],
  problem: '',
  glitches: [],
};

export const status: RoomStatus = {
  roomId: 'room1',
  roomName: 'main',
  state: 'PLAYING',
  item: { itemId: 'i1', track },
  queuePosition: 2,
  queueLength: 5,
  positionS: 83.4,
  durationS: 225,
  levels: { volume: 80, muted: false },
  epoch: 7,
  startInMs: 0,
  spreadBoundUs: 96,
  speakers: [
    {
      member: { speakerId: 's1', name: 'kitchen', volume: 100, muted: false, delayUs: 0 },
      online: true,
      report,
      reportAgeMs: 120,
    },
    {
      member: { speakerId: 's2', name: 'shelf', volume: 50, muted: true, delayUs: 12500 },
      online: false,
      reportAgeMs: 0,
    },
  ],
};
