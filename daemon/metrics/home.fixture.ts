import type { Report, SpeakerEntry } from '../../protos/index.ts';
import type { HomeFacts } from './facts.ts';

const report: Report = {
  protocol: 1,
  speakerId: 's1',
  name: 'kitchen',
  runId: 'r',
  seq: 1,
  sentRoomUs: 1,
  clock: { state: 'SYNCHRONIZED', offsetUs: 1, errorBoundUs: 45, driftPpm: 3.2, delayP95Us: 420 },
  playout: {
    state: 'SOUNDING',
    epoch: 1,
    itemId: 'i',
    positionFrame: 1,
    errorUs: -12,
    errorBoundUs: 8,
    dacPpm: -17.5,
    slewPpm: 1.2,
    bufferMs: 84,
    xruns: 2,
    resyncs: 1,
    lateStarts: 0,
    gaps: 3,
    device: 'hw:0',
    rate: 48_000,
    format: 'S32',
  },
  leadUs: 0,
  held: [],
  problem: '',
  glitches: [],
};

const speaker = (speakerId: string, name: string, online: boolean): SpeakerEntry => ({
  speakerId,
  name,
  room: 'main',
  online,
  volume: 100,
  muted: false,
  delayUs: 0,
  version: '0.1.0',
  device: 'hw:0',
  pending: false,
  code: '',
});

const member = { volume: 100, muted: false, delayUs: 0 };

/** A home with a room that plays, one that doesn't answer, and two speakers, of which one is offline. */
export const home: HomeFacts = {
  name: 'attic',
  version: '0.1.0',
  rooms: [
    {
      name: 'main',
      isUp: true,
      status: {
        roomId: 'room1',
        roomName: 'main',
        state: 'PLAYING',
        queuePosition: 1,
        queueLength: 4,
        positionS: 1,
        durationS: 2,
        levels: { volume: 80, muted: false },
        epoch: 1,
        startInMs: 0,
        spreadBoundUs: 96,
        speakers: [
          { member: { speakerId: 's1', name: 'kitchen', ...member }, online: true, report, reportAgeMs: 120 },
          { member: { speakerId: 's2', name: 'shelf', ...member }, online: false, report, reportAgeMs: 9e6 },
        ],
        people: [],
        security: 'none',
        settings: { mayAdd: 'GUEST', defaultVolume: 100, holdMs: 150 },
      },
    },
    { name: 'den', isUp: true, status: undefined },
  ],
  speakers: [speaker('s1', 'kitchen', true), speaker('s2', 'shelf', false)],
  requests: [
    { kind: 'hello', outcome: 'done', times: 7 },
    { kind: 'room.play', outcome: 'busy', times: 1 },
  ],
  media: {
    tracks: 2,
    storedBytes: 1000,
    diskFreeBytes: 5e9,
    diskBytes: 6e9,
    sentBytes: 4000,
    receivedBytes: 1000,
  },
  process: {
    cpuSeconds: 1.5,
    residentBytes: 8e7,
    loopDelayP99Seconds: 0.002,
    loopDelayMaxSeconds: 0.004,
    startedUnixSeconds: 1.7e9,
  },
};
