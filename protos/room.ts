import * as v from 'valibot';
import { body, count, hash, id, name, number, percent, protocol, text } from './checks.ts';
import { track } from './media.ts';

export const playState = v.picklist(['STOPPED', 'PLAYING', 'PAUSED']);
export const timeline = v.object({
  epoch: count,
  state: playState,
  itemId: id,
  anchorFrame: number,
  anchorRoomUs: number,
  clockId: id,
});
export const queueItem = v.object({ itemId: id, track });
export const upcoming = v.object({ items: v.array(queueItem) });
export const levels = v.object({ volume: percent, muted: v.boolean() });
export const member = v.object({ speakerId: id, name, volume: percent, muted: v.boolean(), delayUs: number });
export const members = v.object({ members: v.array(member) });
export const roomEvent = v.object({
  protocol,
  roomId: id,
  runId: id,
  seq: count,
  sentRoomUs: number,
  clockId: id,
  body: body({
    heartbeat: {},
    timeline: timeline.entries,
    upcoming: upcoming.entries,
    levels: levels.entries,
    members: members.entries,
  }),
});
export const roomSnapshot = v.object({
  roomId: id,
  roomName: name,
  runId: id,
  seq: count,
  clockId: id,
  timeline,
  upcoming,
  levels,
  members,
});
export const clockState = v.picklist(['UNSYNCHRONIZED', 'ACQUIRING', 'SYNCHRONIZED', 'HOLDOVER']);
export const clockReport = v.object({
  state: clockState,
  offsetUs: number,
  errorBoundUs: number,
  driftPpm: number,
  delayP95Us: number,
});
export const playoutState = v.picklist(['IDLE', 'SILENT', 'SOUNDING', 'STARVED', 'FAILED']);
export const playoutReport = v.object({
  state: playoutState,
  epoch: count,
  itemId: id,
  positionFrame: number,
  errorUs: number,
  errorBoundUs: number,
  dacPpm: number,
  slewPpm: number,
  bufferMs: number,
  xruns: count,
  resyncs: count,
  lateStarts: count,
  device: text,
  rate: count,
  format: id,
  gaps: count,
});
export const heldTrack = v.object({ hash, ratio: number });
export const glitch = v.object({
  runId: id,
  number: count,
  atUnixMs: number,
  kind: v.picklist(['xrun', 'resync', 'late start', 'gap']),
  cause: text,
});
export const glitches = { glitches: v.array(glitch) };
export const report = v.object({
  protocol,
  speakerId: id,
  name,
  runId: id,
  seq: count,
  sentRoomUs: number,
  clock: clockReport,
  playout: playoutReport,
  leadUs: number,
  held: v.array(heldTrack),
  problem: text,
  glitches: v.array(glitch),
});
