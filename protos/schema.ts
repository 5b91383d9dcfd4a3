import * as v from 'valibot';

// What a decoded message must be like before the program believes it. One schema a message of the
// .proto files, in their order; units and meanings are told there. A oneof `body` is a union by `kind`.

const number = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const index = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_ffff));
const percent = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100));
const percentChange = v.pipe(v.number(), v.integer(), v.minValue(-100), v.maxValue(100));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
const text = v.pipe(v.string(), v.maxLength(2000));
const id = v.pipe(v.string(), v.maxLength(100));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hex'));
const name = v.pipe(
  v.string(),
  v.minLength(1, 'a name is empty'),
  v.maxLength(64, 'a name is longer than 64 characters'),
  v.check(
    (s) => s === s.trim() && !/\p{C}/u.test(s),
    'a name has spaces around it or control characters in it',
  ),
);
const protocol = count;

function body<const T extends Record<string, v.ObjectEntries>>(kinds: T) {
  type Option = {
    [K in keyof T & string]: v.ObjectSchema<{ kind: v.LiteralSchema<K, undefined> } & T[K], undefined>;
  }[keyof T & string];
  const options = Object.entries(kinds).map(([kind, entries]) =>
    v.object({ kind: v.literal(kind), ...entries }),
  );
  // Object.entries forgets which entries go with which kind; the type above is the same list.
  return v.variant('kind', options as unknown as [Option, ...Option[]]);
}

// ---- clock.proto
export const clockRequest = v.object({ protocol, t1Us: number });
export const clockReply = v.object({ protocol, t1Us: number, t2Us: number, t3Us: number, clockId: id });

// ---- media.proto
export const codec = v.picklist(['MP3', 'WAV']);
export const sampleFormat = v.picklist(['U8', 'S16LE', 'S24LE', 'S32LE', 'F32LE']);
const sampleRate = v.pipe(v.number(), v.integer(), v.minValue(4000), v.maxValue(768_000));
const channels = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2));
export const track = v.object({
  hash,
  bytes: count,
  codec,
  sampleRate,
  channels,
  frames: count,
  title: text,
  artist: text,
  album: text,
});
export const trackIndex = v.object({
  hash,
  codec,
  sampleRate,
  channels,
  frames: count,
  audioOffset: count,
  audioEnd: count,
  startSkipFrames: count,
  framesPerPacket: count,
  packetsPerCheckpoint: count,
  checkpointBytes: v.array(count),
  sampleFormat: v.union([sampleFormat, v.literal('SAMPLE_FORMAT_UNKNOWN')]),
});

// ---- room.proto
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
const glitches = { glitches: v.array(glitch) };
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

// ---- people.proto
export const role = v.picklist(['GUEST', 'MEMBER', 'ADMIN']);
const password = v.pipe(v.string(), v.maxLength(1000, 'a password is longer than 1000 characters'));
export const user = v.object({ name: text, role, sessions: count });
export const personSession = v.object({
  sessionId: id,
  name: text,
  role,
  client: text,
  createdUnixMs: number,
  lastSeenUnixMs: number,
  expiresUnixMs: number,
  room: text,
});
export const identity = v.object({
  name: text,
  role,
  how: v.picklist(['session', 'local', 'open', 'stranger']),
  session: v.exactOptional(personSession),
});
export const historyEntry = v.object({
  atUnixMs: number,
  by: text,
  room: text,
  action: text,
  outcome: text,
  done: v.boolean(),
});

// ---- keys.proto
// A copy of its own: what protobufjs gives is a view of the message's Buffer.
const bytes = v.pipe(
  v.instance(Uint8Array),
  v.transform((view) => Uint8Array.from(view)),
);
const bytesOf = (length: number) => v.pipe(bytes, v.length(length, `not ${length} bytes`));
const speakerKey = v.object({ speakerId: id, key: bytesOf(32) });
const keyOrNone = v.pipe(
  bytes,
  v.check((key) => key.length === 0 || key.length === 32, 'not a key of 32 bytes'),
);

// ---- lobby.proto
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
