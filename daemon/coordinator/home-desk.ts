import type {
  Assignment,
  Info,
  LobbyReply,
  LobbyRequest,
  RoomCommand,
  RoomEntry,
  RoomStatus,
  SpeakerEntry,
  Track,
} from '../../protos/index.ts';
import type { Logger } from '../logger.ts';
import type { RequestHead } from '../net/request.ts';
import { keyBytes, type PublicKey } from '../security/keys.ts';
import type { LocalClock } from '../units.ts';
import type { LiveLobby } from './live-lobby.ts';
import { isOnline, type LobbyRoom, roomNamed, roomOfSpeaker, speakerEntries, speakerNamed } from './lobby.ts';
import { describePorts } from './port-check.ts';
import { clockPort, mediaPort, roomPorts } from './ports.ts';
import { Refusal } from './refusal.ts';
import { answeredOf } from './repeats.ts';

/** Where the tracks are that the coordinator holds. */
export interface Tracks {
  track(hash: string): Promise<Track | undefined>;
}

/** Who the coordinator is. */
export interface LobbyInfo {
  /** The lobby's port; the others follow, see ports.ts. */
  readonly port: number;
  /** What the coordinator is called, its version, and its clock's id. */
  readonly name: string;
  readonly version: string;
  readonly clockId: string;
  /** Of its data directory, see coordinator-id.ts; the simulated one has none. */
  readonly coordinatorId?: () => string;
}

/** What the desk has around it. */
export interface HomeSurroundings {
  readonly tracks: Tracks;
  readonly clock: LocalClock;
  /** Those of some TCP ports that another program listens on. */
  readonly portsInUse: (ports: readonly number[]) => Promise<number[]>;
  readonly logger: Logger;
  /** The people who have joined a room. */
  readonly peopleIn: (roomId: string) => string[];
  /** Speakers that aren't adopted yet. */
  readonly pending: () => SpeakerEntry[];
  readonly security: 'curve' | 'none';
  /** The coordinator's public key from its next start on; undefined: it stays as it is. */
  readonly nextKey: () => Uint8Array<ArrayBuffer> | undefined;
  readonly hostKey: (hostId: string) => PublicKey | undefined;
}

/** For whom something is asked. */
export interface Errand {
  readonly by: string;
  /** The request's, see requestKey(). */
  readonly key: string | undefined;
}

/** A list of rooms isn't to wait for one that hangs. */
const ROOM_ENTRY_WITHIN_MS = 500;
const CREATED_WITHIN_MS = 3000;
/** Each is a file or two that is open for a moment. */
const TRACKS_AT_ONCE = 32;

type Request<Kind> = Extract<LobbyRequest['body'], { kind: Kind }>;
type Reply = LobbyReply['body'];

/** What is asked about rooms and speakers. */
export type HomeRequest = Request<
  | 'callRoom'
  | 'getInfo'
  | 'listRooms'
  | 'createRoom'
  | 'deleteRoom'
  | 'renameRoom'
  | 'setRoomSettings'
  | 'listSpeakers'
  | 'moveSpeaker'
  | 'setSpeakerDelay'
  | 'renameSpeaker'
  | 'setSpeakerVolume'
  | 'setSpeakerMuted'
  | 'hello'
  | 'getSpeakerLog'
>;

const DONE: Reply = { kind: 'done', note: '' };

/** Answers what is asked about the home's rooms and speakers. Whether the asker may ask it has been decided. */
export class HomeDesk {
  readonly #info: LobbyInfo;
  readonly #lobby: LiveLobby;
  readonly #around: HomeSurroundings;

  constructor(info: LobbyInfo, lobby: LiveLobby, around: HomeSurroundings) {
    this.#info = info;
    this.#lobby = lobby;
    this.#around = around;
  }

  /** @throws {Refusal} when it can't be done; {StorageError} when the disk is full or fails */
  async answer(request: HomeRequest, errand: Errand): Promise<Reply> {
    switch (request.kind) {
      case 'callRoom':
        return this.#callRoom(request, errand);
      case 'getInfo':
        return { kind: 'info', ...this.#publicInfo() };
      case 'listRooms':
        return {
          kind: 'rooms',
          rooms: await Promise.all(this.#lobby.state.rooms.map((room) => this.#entry(room))),
        };
      case 'listSpeakers':
        return { kind: 'speakers', speakers: this.#speakers() };
      case 'hello':
        return this.#hello(request);
      case 'getSpeakerLog':
        return this.#speakerLog(request);
      case 'createRoom':
        return this.#createRoom(request, errand);
      default:
        await this.#lobby.change(request, answered(errand));
        this.#around.logger.info(`${request.kind} ${request.name}`);
        return DONE;
    }
  }

  #speakers(): SpeakerEntry[] {
    return [...speakerEntries(this.#lobby.state, this.#around.clock()), ...this.#around.pending()];
  }

  async #callRoom({ room, command }: Request<'callRoom'>, { by, key }: Errand): Promise<Reply> {
    const { roomId } = roomNamed(this.#lobby.state, room);
    const body = await this.#checked(command.body);
    const head: RequestHead = { by, ...(key !== undefined && { requestId: key }) };
    const reply = await this.#lobby.rooms.request(roomId, { kind: 'command', body }, undefined, head);
    if (reply.kind === 'failure') return reply;
    if (reply.kind === 'answer' && reply.body.kind === 'status')
      return { kind: 'room', body: { kind: 'status', ...this.#completed(reply.body) } };
    if (reply.kind === 'answer') return { kind: 'room', body: reply.body };
    throw new Refusal('INTERNAL', `room ${room} has answered something else`);
  }

  #completed(status: RoomStatus): RoomStatus {
    const { peopleIn, security } = this.#around;
    return { ...status, people: peopleIn(status.roomId), security };
  }

  // What a track is, its length above all, is taken from the store: a caller could be wrong about it.
  async #checked(command: RoomCommand['body']): Promise<RoomCommand['body']> {
    if (command.kind !== 'add') return command;
    const tracks: Track[] = [];
    for (let from = 0; from < command.tracks.length; from += TRACKS_AT_ONCE) {
      const claimed = command.tracks.slice(from, from + TRACKS_AT_ONCE);
      tracks.push(...(await Promise.all(claimed.map((track) => this.#stored(track)))));
    }
    return { kind: 'add', tracks };
  }

  async #stored({ hash, title }: Track): Promise<Track> {
    const track = await this.#around.tracks.track(hash);
    if (track) return track;
    throw new Refusal('NOT_FOUND', `the coordinator holds no track ${hash} (${title}): upload it first`);
  }

  async #hello(request: Request<'hello'>): Promise<Reply> {
    const { state } = this.#lobby;
    const wasOnline = isOnline(state, request.speakerId, this.#around.clock());
    await this.#lobby.change(request);
    const { speaker, room } = roomOfSpeaker(this.#lobby.state, request.speakerId);
    if (!wasOnline) this.#around.logger.info(`speaker ${speaker.name} is here, in room ${room.name}`);
    return { kind: 'assignment', ...this.#assignment(room, speaker.name) };
  }

  async #speakerLog({ name }: Request<'getSpeakerLog'>): Promise<Reply> {
    const { speakerId, roomId } = speakerNamed(this.#lobby.state, name);
    const reply = await this.#lobby.rooms.request(roomId, { kind: 'getGlitches', speakerId });
    if (reply.kind === 'failure' || reply.kind === 'glitches') return reply;
    throw new Refusal('INTERNAL', `${name}'s room has answered something else`);
  }

  async #createRoom(request: Request<'createRoom'>, errand: Errand): Promise<Reply> {
    const { slot, hostId } = roomNamed(this.#lobby.plan(request), request.name);
    await (hostId === undefined ? this.#refuseTakenPorts(slot) : this.#refuseAbsent(hostId));
    await this.#lobby.change(request, answered(errand));
    this.#around.logger.info(`room ${request.name} is new`);
    const { roomId } = roomNamed(this.#lobby.state, request.name);
    const up = await this.#lobby.rooms.whenUp(CREATED_WITHIN_MS, [roomId]);
    return { kind: 'done', note: up ? '' : 'the room is still starting' };
  }

  async #refuseTakenPorts(slot: number): Promise<void> {
    const { port } = this.#info;
    const taken = await this.#around.portsInUse(Object.values(roomPorts(port, slot)));
    if (taken.length > 0)
      throw new Refusal('REFUSED', `the room can't have its ports: ${describePorts(taken)}`);
  }

  async #refuseAbsent(id: string): Promise<void> {
    const { state } = this.#lobby;
    const name = state.hosts.find(({ hostId }) => hostId === id)?.name;
    if (!isOnline(state, id, this.#around.clock()))
      throw new Refusal('REFUSED', `room host ${name} is offline: start it first`);
  }

  async #entry({ roomId, name }: LobbyRoom): Promise<RoomEntry> {
    const { speakers } = this.#lobby.state;
    const members = speakers.filter((speaker) => speaker.roomId === roomId);
    const now = this.#around.clock();
    const online = members.filter(({ speakerId }) => isOnline(this.#lobby.state, speakerId, now));
    const status = await this.#status(roomId);
    return {
      roomId,
      name,
      running: status !== undefined,
      state: status?.state ?? 'STOPPED',
      title: status?.item?.track.title ?? '',
      speakers: members.length,
      speakersOnline: online.length,
      people: this.#around.peopleIn(roomId),
      ...(status?.lastAction && { lastAction: status.lastAction }),
    };
  }

  async #status(roomId: string) {
    try {
      const asked = { kind: 'command', body: { kind: 'getStatus' } } as const;
      const reply = await this.#lobby.rooms.request(roomId, asked, ROOM_ENTRY_WITHIN_MS);
      return reply.kind === 'answer' && reply.body.kind === 'status' ? reply.body : undefined;
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  #publicInfo(): Info {
    const { name, version, port, clockId, coordinatorId } = this.#info;
    return {
      name,
      version,
      clockId,
      clockPort: clockPort(port),
      mediaPort: mediaPort(port),
      security: this.#around.security,
      ...(coordinatorId && { coordinatorId: coordinatorId() }),
    };
  }

  #assignment(room: LobbyRoom, speakerName: string): Assignment {
    const { port } = this.#info;
    const host = this.#lobby.state.hosts.find(({ hostId }) => hostId === room.hostId);
    const hostKey = host && this.#around.hostKey(host.hostId);
    const roomPort = host?.port ?? port;
    const nextKey = this.#around.nextKey();
    return {
      roomId: room.roomId,
      roomName: room.name,
      ...roomPorts(roomPort, room.slot),
      clockPort: clockPort(roomPort),
      mediaPort: mediaPort(port),
      name: speakerName,
      roomHost: host?.address ?? '',
      roomKey: hostKey ? Uint8Array.from(keyBytes(hostKey)) : new Uint8Array(),
      ...(nextKey && { nextKey }),
    };
  }
}

function answered({ key }: Errand) {
  return key === undefined ? undefined : answeredOf(key, DONE);
}
