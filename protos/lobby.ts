import * as v from 'valibot';
import {
  body,
  count,
  hash,
  id,
  index,
  name,
  number,
  percent,
  percentChange,
  port,
  protocol,
  text,
} from './checks.ts';
import { bytesOf, keyOrNone, speakerKey } from './keys.ts';
import { track } from './media.ts';
import { historyEntry, identity, password, personSession, role, user } from './people.ts';
import { glitches, levels, member, members, playState, queueItem, report, roomSnapshot } from './room.ts';

export const errorCode = v.picklist([
  'BAD_REQUEST',
  'VERSION',
  'NOT_FOUND',
  'REFUSED',
  'BUSY',
  'BAD_MEDIA',
  'STORAGE',
  'INTERNAL',
  'UNAUTHENTICATED',
  'FORBIDDEN',
]);
export const failure = v.object({ code: errorCode, message: text, retryAfterMs: v.exactOptional(number) });
export const envelope = v.object({ protocol, requestId: id });
const asked = { askedMsAgo: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(60_000))) };
export const roomCommand = v.object({
  body: body({
    add: { tracks: v.array(track) },
    remove: { positions: v.array(index) },
    move: { from: index, to: index },
    clear: {},
    play: { position: v.exactOptional(index) },
    pause: {},
    toggle: asked,
    stop: {},
    next: asked,
    prev: asked,
    seek: { seconds: number, relative: v.boolean(), ...asked },
    setVolume: { volume: v.exactOptional(percent), change: v.exactOptional(percentChange) },
    setMuted: { muted: v.boolean() },
    getStatus: {},
    getQueue: {},
  }),
});
const holdMs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5000));
export const speakerStatus = v.object({
  member,
  online: v.boolean(),
  report: v.exactOptional(report),
  reportAgeMs: number,
});
export const roomSettings = v.object({ mayAdd: role, defaultVolume: percent, holdMs });
export const roomStatus = v.object({
  roomId: id,
  roomName: name,
  state: playState,
  item: v.exactOptional(queueItem),
  queuePosition: count,
  queueLength: count,
  positionS: number,
  durationS: number,
  levels,
  epoch: count,
  startInMs: number,
  spreadBoundUs: v.exactOptional(number),
  speakers: v.array(speakerStatus),
  lastAction: v.exactOptional(historyEntry),
  settings: v.exactOptional(roomSettings),
  people: v.array(text),
  security: text,
});
export const roomQueue = v.object({ items: v.array(queueItem), current: count });
const done = { note: text };
export const roomAnswer = v.object({
  body: body({ done, status: roomStatus.entries, queue: roomQueue.entries, failure: failure.entries }),
});
export const roomRequest = v.object({
  protocol,
  requestId: id,
  by: text,
  body: body({
    command: roomCommand.entries,
    setMembers: { ...members.entries, keys: v.array(speakerKey) },
    renameRoom: { name },
    getSnapshot: { speakerId: id },
    getGlitches: { speakerId: id },
    setSettings: roomSettings.entries,
  }),
});
export const roomReply = v.object({
  protocol,
  requestId: id,
  body: body({
    answer: roomAnswer.entries,
    snapshot: roomSnapshot.entries,
    failure: failure.entries,
    glitches,
  }),
});
const slot = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(29));
// The highest leaves room for 30 rooms; see daemon/coordinator/ports.ts.
const hostPort = v.pipe(port, v.maxValue(65_436));
export const lobbyRequest = v.object({
  protocol,
  requestId: id,
  by: v.exactOptional(v.union([name, v.literal('')])),
  body: body({
    callRoom: { room: name, command: roomCommand },
    getInfo: {},
    listRooms: {},
    createRoom: { name, host: v.exactOptional(name) },
    deleteRoom: { name },
    renameRoom: { name, newName: name },
    listSpeakers: {},
    moveSpeaker: { name, room: name },
    setSpeakerDelay: { name, delayUs: number },
    renameSpeaker: { name, newName: name },
    setSpeakerVolume: { name, volume: v.exactOptional(percent), change: v.exactOptional(percentChange) },
    setSpeakerMuted: { name, muted: v.boolean() },
    getSpeakerLog: { name },
    hello: { speakerId: id, name, version: id, device: text, delayUs: v.exactOptional(number) },
    setRoomSettings: {
      name,
      mayAdd: v.exactOptional(role),
      defaultVolume: v.exactOptional(percent),
      holdMs: v.exactOptional(holdMs),
    },
    login: { name, password, code: id, client: text },
    logout: {},
    whoAmI: {},
    listUsers: {},
    addUser: { name, password, role },
    removeUser: { name },
    setRole: { name, role },
    setPassword: { name: v.union([name, v.literal('')]), password, oldPassword: password },
    listSessions: {},
    endSession: { sessionId: id },
    joinRoom: { room: name },
    leaveRoom: {},
    stillHere: {},
    getHistory: { limit: count },
    pairingCommit: { commitment: bytesOf(32) },
    pairingReveal: { nonce: bytesOf(16) },
    adoptSpeaker: { name, code: id },
    forgetSpeaker: { name },
    rotateKey: {},
    getMediaToken: { hash, upload: v.boolean() },
    makeBackup: { withTracks: v.boolean() },
    hostHello: {
      hostId: id,
      name,
      version: id,
      address: id,
      port: hostPort,
      clockId: id,
      rooms: v.array(v.object({ roomId: id, run: id, problem: text })),
    },
    listHosts: {},
    adoptHost: { name, code: id },
    forgetHost: { name },
  }),
});
export const info = v.object({
  name: text,
  version: id,
  mediaPort: port,
  clockPort: port,
  clockId: id,
  security: text,
  coordinatorId: v.exactOptional(id),
});
export const roomEntry = v.object({
  roomId: id,
  name,
  running: v.boolean(),
  state: playState,
  title: text,
  speakers: count,
  speakersOnline: count,
  people: v.array(text),
  lastAction: v.exactOptional(historyEntry),
});
export const speakerEntry = v.object({
  speakerId: id,
  name,
  room: text,
  online: v.boolean(),
  volume: percent,
  muted: v.boolean(),
  delayUs: number,
  version: id,
  device: text,
  pending: v.boolean(),
  code: id,
});
export const assignment = v.object({
  roomId: id,
  roomName: name,
  eventsPort: port,
  requestsPort: port,
  reportsPort: port,
  clockPort: port,
  mediaPort: port,
  name,
  roomHost: text,
  roomKey: keyOrNone,
  nextKey: v.exactOptional(bytesOf(32)),
});
export const hostOrders = v.object({
  rooms: v.array(v.object({ roomId: id, name, slot, speakerIds: v.array(id) })),
  speakers: v.array(speakerKey),
  nextKey: v.exactOptional(bytesOf(32)),
});
export const hostEntry = v.object({
  hostId: id,
  name,
  online: v.boolean(),
  address: text,
  port,
  version: id,
  clockId: id,
  rooms: count,
  pending: v.boolean(),
  code: id,
});
export const lobbyReply = v.object({
  protocol,
  requestId: id,
  body: body({
    failure: failure.entries,
    done,
    room: roomAnswer.entries,
    info: info.entries,
    rooms: { rooms: v.array(roomEntry) },
    speakers: { speakers: v.array(speakerEntry) },
    assignment: assignment.entries,
    glitches,
    users: { users: v.array(user) },
    sessions: { sessions: v.array(personSession) },
    identity: identity.entries,
    history: { entries: v.array(historyEntry) },
    pairingChallenge: { nonce: bytesOf(16) },
    mediaToken: { token: text, expiresInMs: number },
    backupReady: { path: text, token: text, bytes: number },
    pending: { paired: v.boolean() },
    hostOrders: hostOrders.entries,
    hosts: { hosts: v.array(hostEntry) },
  }),
});
