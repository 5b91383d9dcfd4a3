import type {
  Glitch,
  HistoryEntry,
  HostEntry,
  Identity,
  PersonSession,
  QueueItem,
  Report,
  RoomEntry,
  RoomQueue,
  RoomSettings,
  RoomStatus,
  SpeakerEntry,
  Track,
  User,
} from '../protos/index.ts';

// The documents of --json. Scripts rely on them: fields are added, never renamed or removed.
// docs/jamctl.md tells what they mean.

export function trackJson(track: Track) {
  return {
    hash: track.hash,
    title: track.title,
    artist: track.artist,
    album: track.album,
    durationS: track.frames / track.sampleRate,
    codec: track.codec.toLowerCase(),
    sampleRateHz: track.sampleRate,
    channels: track.channels,
    bytes: track.bytes,
  };
}

function itemJson(item: QueueItem) {
  return { itemId: item.itemId, ...trackJson(item.track) };
}

export function queueJson(room: string, queue: RoomQueue) {
  return {
    room,
    current: queue.current || null,
    items: queue.items.map((item, index) => ({ position: index + 1, ...itemJson(item) })),
  };
}

export function statusJson(status: RoomStatus) {
  return {
    room: status.roomName,
    roomId: status.roomId,
    state: status.state.toLowerCase(),
    track: status.item ? itemJson(status.item) : null,
    queuePosition: status.queuePosition || null,
    queueLength: status.queueLength,
    positionS: status.positionS,
    durationS: status.durationS,
    startInMs: status.startInMs,
    volume: status.levels.volume,
    muted: status.levels.muted,
    epoch: status.epoch,
    spreadBoundUs: status.spreadBoundUs ?? null,
    people: status.people,
    lastAction: status.lastAction ? entryJson(status.lastAction) : null,
    settings: status.settings ? settingsJson(status.settings) : null,
    security: status.security,
    speakers: status.speakers.map(({ member, online, report, reportAgeMs }) => ({
      name: member.name,
      speakerId: member.speakerId,
      online,
      volume: member.volume,
      muted: member.muted,
      delayMs: member.delayUs / 1000,
      reportAgeMs: report ? reportAgeMs : null,
      ...(report ? reportJson(report) : { problem: null, clock: null, playout: null }),
    })),
  };
}

function reportJson({ problem, clock, playout }: Report) {
  return {
    problem: problem || null,
    clock: {
      state: clock.state.toLowerCase(),
      offsetUs: clock.offsetUs,
      errorBoundUs: clock.errorBoundUs,
      driftPpm: clock.driftPpm,
      delayP95Us: clock.delayP95Us,
    },
    playout: {
      state: playout.state.toLowerCase(),
      epoch: playout.epoch,
      errorUs: playout.errorUs,
      errorBoundUs: playout.errorBoundUs,
      dacPpm: playout.dacPpm,
      slewPpm: playout.slewPpm,
      bufferMs: playout.bufferMs,
      xruns: playout.xruns,
      gaps: playout.gaps,
      resyncs: playout.resyncs,
      lateStarts: playout.lateStarts,
      device: playout.device,
      rateHz: playout.rate,
      format: playout.format,
    },
  };
}

export function roomsJson(rooms: readonly RoomEntry[]) {
  return {
    rooms: rooms.map((room) => ({
      name: room.name,
      roomId: room.roomId,
      running: room.running,
      state: room.state.toLowerCase(),
      title: room.title || null,
      speakers: room.speakers,
      speakersOnline: room.speakersOnline,
      people: room.people,
      lastAction: room.lastAction ? entryJson(room.lastAction) : null,
    })),
  };
}

export function glitchesJson(speaker: string, glitches: readonly Glitch[]) {
  return {
    speaker,
    glitches: glitches.map(({ atUnixMs, kind, cause }) => ({
      at: new Date(atUnixMs).toISOString(),
      kind,
      cause,
    })),
  };
}

export function hostsJson(hosts: readonly HostEntry[]) {
  return {
    hosts: hosts.map(({ name, hostId, online, rooms, address, port, version, clockId, pending, code }) => {
      return { name, hostId, online, rooms, address, port, version, clockId, pending, code: code || null };
    }),
  };
}

export function speakersJson(speakers: readonly SpeakerEntry[]) {
  return {
    speakers: speakers.map((speaker) => ({
      name: speaker.name,
      speakerId: speaker.speakerId,
      room: speaker.room,
      online: speaker.online,
      volume: speaker.volume,
      muted: speaker.muted,
      delayMs: speaker.delayUs / 1000,
      device: speaker.device,
      version: speaker.version,
      pending: speaker.pending,
      code: speaker.code || null,
    })),
  };
}

export function settingsJson({ mayAdd, defaultVolume, holdMs }: RoomSettings) {
  return { mayAdd: mayAdd.toLowerCase(), defaultVolume, holdMs };
}

export function identityJson({ name, role, how, session }: Identity) {
  const isSomebody = how !== 'stranger';
  return {
    name: isSomebody ? name : null,
    role: isSomebody ? role.toLowerCase() : null,
    how,
    session: session ? sessionJson(session) : null,
  };
}

export function usersJson(users: readonly User[]) {
  return { users: users.map(({ name, role, sessions }) => ({ name, role: role.toLowerCase(), sessions })) };
}

export function sessionsJson(sessions: readonly PersonSession[]) {
  return { sessions: sessions.map(sessionJson) };
}

function sessionJson(session: PersonSession) {
  return {
    sessionId: session.sessionId,
    name: session.name,
    role: session.role.toLowerCase(),
    client: session.client,
    room: session.room || null,
    createdAt: isoTime(session.createdUnixMs),
    lastSeenAt: isoTime(session.lastSeenUnixMs),
    expiresAt: isoTime(session.expiresUnixMs),
  };
}

export function historyJson(entries: readonly HistoryEntry[]) {
  return { entries: entries.map(entryJson) };
}

function entryJson({ atUnixMs, by, room, action, outcome, done }: HistoryEntry) {
  return { at: isoTime(atUnixMs), by, room: room || null, action, outcome, done };
}

function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
