import { isDeepStrictEqual } from 'node:util';
import type { LobbyRequest, Member, RoomSettings, SpeakerEntry } from '../../protos/index.ts';
import type { LocalUs } from '../units.ts';
import { hostNamed, withHost } from './hosts/lobby-hosts.ts';
import type { LobbyRoom, LobbySpeaker, LobbyState } from './lobby-state.ts';
import { ROOM_LIMIT } from './ports.ts';
import { Refusal } from './refusal.ts';
import { sameName } from './same-name.ts';

export type { LobbyRoom, LobbySpeaker, LobbyState };

/** The requests that may change the lobby. */
export type LobbyChange = Extract<
  LobbyRequest['body'],
  {
    kind:
      | 'createRoom'
      | 'deleteRoom'
      | 'renameRoom'
      | 'setRoomSettings'
      | 'moveSpeaker'
      | 'setSpeakerDelay'
      | 'renameSpeaker'
      | 'setSpeakerVolume'
      | 'setSpeakerMuted'
      | 'forgetSpeaker'
      | 'hello'
      | 'hostHello'
      | 'forgetHost';
  }
>;

/** The room that is there from the start, and stays: new speakers join it. */
export const MAIN_ROOM = 'main';
/** Those of a new room. */
export const DEFAULT_SETTINGS: RoomSettings = { mayAdd: 'MEMBER', defaultVolume: 100, holdMs: 150 };

/** A speaker that hasn't said hello for longer is offline. */
const ALIVE_WITHIN_US = 6_000_000;
const SPEAKER_LIMIT = 256;
const MAX_DELAY_US = 2_000_000;

/**
 * The lobby after a request.
 * @param freshRoomId the id for a room if one is made
 * @throws {Refusal} when it can't be done
 */
export function changeLobby(
  state: LobbyState,
  request: LobbyChange,
  now: LocalUs,
  freshRoomId: string,
): LobbyState {
  switch (request.kind) {
    case 'createRoom':
      return createRoom(state, request, freshRoomId);
    case 'deleteRoom':
      return deleteRoom(state, request.name);
    case 'renameRoom':
      return renameRoom(state, request.name, request.newName);
    case 'setRoomSettings':
      return setRoomSettings(state, request);
    case 'moveSpeaker':
      return moveSpeaker(state, request.name, request.room);
    case 'setSpeakerDelay':
      return withSpeaker(state, request.name, { delayUs: checkedDelay(request.delayUs) });
    case 'renameSpeaker':
      return renameSpeaker(state, request.name, request.newName);
    case 'setSpeakerVolume':
      return setSpeakerVolume(state, request);
    case 'setSpeakerMuted':
      return withSpeaker(state, request.name, { muted: request.muted });
    case 'forgetSpeaker':
      return forgetSpeaker(state, request.name);
    case 'hello':
      return hello(state, request, now);
    case 'hostHello':
      return hostHello(state, request, now);
    case 'forgetHost':
      return forgetHost(state, request.name);
  }
}

/** @throws {Refusal} when there is none; it names those that there are */
export function roomNamed({ rooms }: LobbyState, name: string): LobbyRoom {
  const room = rooms.find((one) => sameName(one.name, name));
  if (room) return room;
  throw new Refusal('NOT_FOUND', `there is no room "${name}"; there is ${listOf(rooms)}`);
}

/** The room that a speaker is in. @throws {Refusal} when the speaker isn't known */
export function roomOfSpeaker(
  state: LobbyState,
  speakerId: string,
): { speaker: LobbySpeaker; room: LobbyRoom } {
  const speaker = state.speakers.find((one) => one.speakerId === speakerId);
  const room = state.rooms.find((one) => one.roomId === speaker?.roomId);
  if (!speaker || !room) throw new Refusal('NOT_FOUND', `no speaker has the id ${speakerId}`);
  return { speaker, room };
}

/** A room's members, in order of their names. */
export function membersOf({ speakers }: LobbyState, roomId: string): Member[] {
  return byName(speakers.filter((speaker) => speaker.roomId === roomId)).map(
    ({ speakerId, name, volume, muted, delayUs }) => ({ speakerId, name, volume, muted, delayUs }),
  );
}

/** A room's settings; those of a new room when there is none. */
export function settingsOf({ rooms }: LobbyState, roomId: string): RoomSettings {
  return rooms.find((room) => room.roomId === roomId)?.settings ?? DEFAULT_SETTINGS;
}

/** All speakers as people are shown them, in order of their names. */
export function speakerEntries(state: LobbyState, now: LocalUs): SpeakerEntry[] {
  return byName(state.speakers).map((speaker) => ({
    speakerId: speaker.speakerId,
    name: speaker.name,
    room: roomOfSpeaker(state, speaker.speakerId).room.name,
    online: isOnline(state, speaker.speakerId, now),
    volume: speaker.volume,
    muted: speaker.muted,
    delayUs: speaker.delayUs,
    version: speaker.version,
    device: speaker.device,
    pending: false,
    code: '',
  }));
}

/** @param id a speaker's or room host's */
export function isOnline({ lastHelloUs }: LobbyState, id: string, now: LocalUs): boolean {
  const lastUs = lastHelloUs.get(id);
  return lastUs !== undefined && now - lastUs <= ALIVE_WITHIN_US;
}

function createRoom(
  state: LobbyState,
  { name, host }: { name: string; host?: string },
  roomId: string,
): LobbyState {
  refuseTakenRoom(state, name);
  const slots = new Set(state.rooms.map((room) => room.slot));
  const slot = Array.from({ length: ROOM_LIMIT }, (_, i) => i).find((i) => !slots.has(i));
  if (slot === undefined)
    throw new Refusal('REFUSED', `there are ${ROOM_LIMIT} rooms already, which is all there can be`);
  const room = { roomId, name, slot, settings: DEFAULT_SETTINGS };
  const placed = host === undefined ? room : { ...room, hostId: hostNamed(state.hosts, host).hostId };
  return { ...state, rooms: [...state.rooms, placed] };
}

function hostHello(
  state: LobbyState,
  request: Extract<LobbyChange, { kind: 'hostHello' }>,
  now: LocalUs,
): LobbyState {
  const hosts = withHost(state.hosts, request);
  return { ...state, hosts, lastHelloUs: new Map(state.lastHelloUs).set(request.hostId, now) };
}

function forgetHost(state: LobbyState, name: string): LobbyState {
  const host = hostNamed(state.hosts, name);
  const rooms = state.rooms.filter(({ hostId }) => hostId === host.hostId);
  if (rooms.length > 0)
    throw new Refusal('REFUSED', `${host.name} runs ${listOf(rooms)}: delete what it runs first`);
  return { ...state, hosts: state.hosts.filter((one) => one !== host) };
}

function deleteRoom(state: LobbyState, name: string): LobbyState {
  const room = roomNamed(state, name);
  refuseMain(room, 'deleted');
  const main = roomNamed(state, MAIN_ROOM);
  return {
    ...state,
    rooms: state.rooms.filter((one) => one !== room),
    speakers: state.speakers.map((speaker) =>
      speaker.roomId === room.roomId ? { ...speaker, ...newIn(main) } : speaker,
    ),
  };
}

function renameRoom(state: LobbyState, name: string, newName: string): LobbyState {
  const room = roomNamed(state, name);
  refuseMain(room, 'renamed');
  refuseTakenRoom(state, newName, room);
  return { ...state, rooms: state.rooms.map((one) => (one === room ? { ...room, name: newName } : one)) };
}

function setRoomSettings(
  state: LobbyState,
  request: Extract<LobbyChange, { kind: 'setRoomSettings' }>,
): LobbyState {
  const room = roomNamed(state, request.name);
  const { mayAdd, defaultVolume, holdMs } = room.settings;
  const settings = {
    mayAdd: request.mayAdd ?? mayAdd,
    defaultVolume: request.defaultVolume ?? defaultVolume,
    holdMs: request.holdMs ?? holdMs,
  };
  if (isDeepStrictEqual(settings, room.settings)) return state;
  return { ...state, rooms: state.rooms.map((one) => (one === room ? { ...room, settings } : one)) };
}

function moveSpeaker(state: LobbyState, name: string, roomName: string): LobbyState {
  const room = roomNamed(state, roomName);
  if (speakerNamed(state, name).roomId === room.roomId) return state;
  return withSpeaker(state, name, newIn(room));
}

/** What changes of a speaker that comes into a room. */
function newIn({ roomId, settings }: LobbyRoom): Pick<LobbySpeaker, 'roomId' | 'volume'> {
  return { roomId, volume: settings.defaultVolume };
}

function renameSpeaker(state: LobbyState, name: string, newName: string): LobbyState {
  const speaker = speakerNamed(state, name);
  const owner = state.speakers.find((one) => one !== speaker && sameName(one.name, newName));
  if (owner) throw new Refusal('REFUSED', `there is a speaker "${owner.name}" already`);
  return withSpeaker(state, name, { name: newName });
}

function forgetSpeaker(state: LobbyState, name: string): LobbyState {
  const speaker = speakerNamed(state, name);
  const lastHelloUs = new Map(state.lastHelloUs);
  lastHelloUs.delete(speaker.speakerId);
  return { ...state, speakers: state.speakers.filter((one) => one !== speaker), lastHelloUs };
}

function setSpeakerVolume(
  state: LobbyState,
  { name, volume, change }: { name: string; volume?: number; change?: number },
): LobbyState {
  if ((volume === undefined) === (change === undefined))
    throw new Refusal('BAD_REQUEST', 'either a volume or a change of it is expected');
  const wanted = volume ?? speakerNamed(state, name).volume + (change ?? 0);
  return withSpeaker(state, name, { volume: Math.min(100, Math.max(0, wanted)) });
}

function hello(
  state: LobbyState,
  request: Extract<LobbyChange, { kind: 'hello' }>,
  now: LocalUs,
): LobbyState {
  const known = state.speakers.find((one) => one.speakerId === request.speakerId);
  const name = nameOf(known, request.name);
  const owner = state.speakers.find((one) => one !== known && sameName(one.name, name));
  if (owner && isAlive(state, owner, now)) throw nameInUse(owner);
  if (!known && !owner && state.speakers.length >= SPEAKER_LIMIT)
    throw new Refusal('REFUSED', `there are ${SPEAKER_LIMIT} speakers already, which is all there can be`);
  const before = owner ?? known;
  const speaker: LobbySpeaker = {
    ...(before ?? { ...newIn(roomNamed(state, MAIN_ROOM)), muted: false }),
    speakerId: request.speakerId,
    name,
    announcedName: name === known?.name ? known.announcedName : request.name,
    ...delayOf(before, request.delayUs),
    version: request.version,
    device: request.device,
  };
  const lastHelloUs = new Map(state.lastHelloUs).set(request.speakerId, now);
  if (isDeepStrictEqual(speaker, before)) return { ...state, lastHelloUs };
  const others = state.speakers.filter((one) => one !== known && one !== owner);
  return { ...state, speakers: [...others, speaker], lastHelloUs };
}

// A name that the speaker has announced before doesn't undo a rename here.
function nameOf(known: LobbySpeaker | undefined, announced: string): string {
  const heardBefore = known && [known.name, known.announcedName].some((name) => sameName(name, announced));
  return heardBefore ? known.name : announced;
}

function delayOf(before: LobbySpeaker | undefined, announcedUs: number | undefined) {
  if (announcedUs === undefined || announcedUs === before?.announcedDelayUs)
    return { delayUs: before?.delayUs ?? 0, announcedDelayUs: before?.announcedDelayUs };
  return { delayUs: checkedDelay(announcedUs), announcedDelayUs: announcedUs };
}

// Just after a start nobody has had the time to say hello.
function isAlive(state: LobbyState, { speakerId }: LobbySpeaker, now: LocalUs): boolean {
  return isOnline(state, speakerId, now) || now - state.startedUs <= ALIVE_WITHIN_US;
}

function nameInUse({ name, device }: LobbySpeaker): Refusal {
  const where = device ? ` (it plays on ${device})` : '';
  return new Refusal(
    'REFUSED',
    `another speaker named "${name}" is running${where}: give this one another name`,
  );
}

function checkedDelay(delayUs: number): number {
  if (Math.abs(delayUs) <= MAX_DELAY_US) return delayUs;
  const limitMs = MAX_DELAY_US / 1000;
  throw new Refusal('BAD_REQUEST', `a delay is from ${-limitMs} to ${limitMs} ms, not ${delayUs / 1000} ms`);
}

/** @throws {Refusal} NOT_FOUND */
export function speakerNamed({ speakers }: LobbyState, name: string): LobbySpeaker {
  const speaker = speakers.find((one) => sameName(one.name, name));
  if (speaker) return speaker;
  const others = speakers.length > 0 ? `there is ${listOf(speakers)}` : 'none has ever connected';
  throw new Refusal('NOT_FOUND', `there is no speaker "${name}"; ${others}`);
}

function withSpeaker(state: LobbyState, name: string, changes: Partial<LobbySpeaker>): LobbyState {
  const speaker = speakerNamed(state, name);
  const speakers = state.speakers.map((one) => (one === speaker ? { ...speaker, ...changes } : one));
  return { ...state, speakers };
}

function refuseTakenRoom({ rooms }: LobbyState, name: string, except?: LobbyRoom): void {
  const taken = rooms.find((room) => room !== except && sameName(room.name, name));
  if (taken) throw new Refusal('REFUSED', `there is a room "${taken.name}" already`);
}

function refuseMain({ name }: LobbyRoom, done: string): void {
  if (name === MAIN_ROOM)
    throw new Refusal('REFUSED', `room ${MAIN_ROOM} can't be ${done}: new speakers join it`);
}

// localeCompare() makes one for each comparison.
const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

function byName<T extends { name: string }>(named: readonly T[]): T[] {
  return named.toSorted((a, b) => collator.compare(a.name, b.name));
}

function listOf(named: readonly { name: string }[]): string {
  const shown = byName(named).map(({ name }) => name);
  return shown.length > 20
    ? `${shown.slice(0, 20).join(', ')} and ${shown.length - 20} more`
    : shown.join(', ');
}
