import type {
  Assignment,
  Info,
  LobbyReply,
  LobbyRequest,
  RoomCommand,
  RoomEntry,
  Track,
} from '../../protos/index.ts';
import type { Logger } from '../logger.ts';
import type { LocalClock } from '../units.ts';
import type { LiveLobby } from './live-lobby.ts';
import { isOnline, type LobbyRoom, roomNamed, roomOfSpeaker, speakerEntries, speakerNamed } from './lobby.ts';
import { describePorts } from './port-check.ts';
import { clockPort, mediaPort, roomPorts } from './ports.ts';
import { Refusal } from './refusal.ts';

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
}

/** What the lobby's desk has around it. */
export interface DeskSurroundings {
  readonly tracks: Tracks;
  readonly clock: LocalClock;
  /** Those of some TCP ports that another program listens on. */
  readonly portsInUse: (ports: readonly number[]) => Promise<number[]>;
  readonly logger: Logger;
}

/** A list of rooms isn't to wait for one that hangs. */
const ROOM_ENTRY_WITHIN_MS = 500;
const CREATED_WITHIN_MS = 3000;
/** Each is a file or two that is open for a moment. */
const TRACKS_AT_ONCE = 32;

type Request<Kind> = Extract<LobbyRequest['body'], { kind: Kind }>;
type Reply = LobbyReply['body'];

/** Answers what jamctl and the speakers ask of the coordinator. */
export class LobbyDesk {
  readonly #info: LobbyInfo;
  readonly #lobby: LiveLobby;
  readonly #around: DeskSurroundings;

  constructor(info: LobbyInfo, lobby: LiveLobby, around: DeskSurroundings) {
    this.#info = info;
    this.#lobby = lobby;
    this.#around = around;
  }

  /** @throws {Refusal} when it can't be done; {StorageError} when the disk is full or fails */
  async answer(request: LobbyRequest['body']): Promise<Reply> {
    switch (request.kind) {
      case 'callRoom':
        return this.#callRoom(request);
      case 'getInfo':
        return { kind: 'info', ...this.#publicInfo() };
      case 'listRooms':
        return {
          kind: 'rooms',
          rooms: await Promise.all(this.#lobby.state.rooms.map((room) => this.#entry(room))),
        };
      case 'listSpeakers':
        return { kind: 'speakers', speakers: speakerEntries(this.#lobby.state, this.#around.clock()) };
      case 'hello':
        return this.#hello(request);
      case 'getSpeakerLog':
        return this.#speakerLog(request);
      case 'createRoom':
        return this.#createRoom(request);
      case 'setRoomSettings':
      case 'login':
      case 'logout':
      case 'whoAmI':
      case 'listUsers':
      case 'addUser':
      case 'removeUser':
      case 'setRole':
      case 'setPassword':
      case 'listSessions':
      case 'endSession':
      case 'joinRoom':
      case 'leaveRoom':
      case 'stillHere':
      case 'getHistory':
      case 'pairingCommit':
      case 'pairingReveal':
      case 'adoptSpeaker':
      case 'forgetSpeaker':
      case 'rotateKey':
      case 'getMediaToken':
      case 'makeBackup':
        throw new Refusal('REFUSED', `this coordinator doesn't do ${request.kind}`);
      default:
        await this.#lobby.change(request);
        this.#around.logger.info(`${request.kind} ${request.name}`);
        return { kind: 'done', note: '' };
    }
  }

  async #callRoom({ room, command }: Request<'callRoom'>): Promise<Reply> {
    const { roomId } = roomNamed(this.#lobby.state, room);
    const body = await this.#checked(command.body);
    const reply = await this.#lobby.rooms.request(roomId, { kind: 'command', body });
    if (reply.kind === 'failure') return reply;
    if (reply.kind === 'answer') return { kind: 'room', body: reply.body };
    throw new Refusal('INTERNAL', `room ${room} has answered something else`);
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

  async #createRoom(request: Request<'createRoom'>): Promise<Reply> {
    const { port } = this.#info;
    const { slot } = roomNamed(this.#lobby.plan(request), request.name);
    const taken = await this.#around.portsInUse(Object.values(roomPorts(port, slot)));
    if (taken.length > 0)
      throw new Refusal('REFUSED', `the room can't have its ports: ${describePorts(taken)}`);
    await this.#lobby.change(request);
    this.#around.logger.info(`room ${request.name} is new`);
    const { roomId } = roomNamed(this.#lobby.state, request.name);
    const up = await this.#lobby.rooms.whenUp(CREATED_WITHIN_MS, [roomId]);
    return { kind: 'done', note: up ? '' : 'the room is still starting' };
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
      people: [],
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
    const { name, version, port, clockId } = this.#info;
    return {
      name,
      version,
      clockId,
      clockPort: clockPort(port),
      mediaPort: mediaPort(port),
      security: 'none',
    };
  }

  #assignment(room: LobbyRoom, speakerName: string): Assignment {
    const { port } = this.#info;
    return {
      roomId: room.roomId,
      roomName: room.name,
      ...roomPorts(port, room.slot),
      clockPort: clockPort(port),
      mediaPort: mediaPort(port),
      name: speakerName,
      roomHost: '',
      roomKey: new Uint8Array(),
    };
  }
}
