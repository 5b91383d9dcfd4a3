import type { LobbyRequest, Role, RoomCommand } from '../../../protos/index.ts';
import { Refusal } from '../refusal.ts';
import type { Asker } from './asker.ts';

/** What an asker counts as. */
export type Standing = Role | 'SPEAKER' | 'HOST' | 'STRANGER';

type Request = LobbyRequest['body'];
type LobbyKind = Exclude<Request['kind'], 'callRoom' | 'getMediaToken' | 'setPassword' | 'endSession'>;

/** The requests, as far as it makes a difference who may do them. */
export type Deed =
  | LobbyKind
  | `room ${RoomCommand['body']['kind']}`
  | 'getMediaToken to read'
  | 'getMediaToken to upload'
  | 'setPassword of oneself'
  | 'setPassword of another'
  | 'endSession of oneself'
  | 'endSession of another';

/** Who may; `may add`: the people whom the room's settings allow to, or for uploads those of any room. */
type Standings = readonly Standing[];
type Right = Standings | 'may add';

const everybody: Standings = ['STRANGER', 'SPEAKER', 'HOST', 'GUEST', 'MEMBER', 'ADMIN'];
const people: Standings = ['GUEST', 'MEMBER', 'ADMIN'];
const members: Standings = ['MEMBER', 'ADMIN'];
const admins: Standings = ['ADMIN'];

/** Who may do what: the one place where that is said. */
export const POLICY: Readonly<Record<Deed, Right>> = {
  getInfo: everybody,
  // Of a stranger it is answered that the speaker has to be adopted.
  hello: ['STRANGER', 'SPEAKER', 'ADMIN'],
  hostHello: ['STRANGER', 'HOST', 'ADMIN'],
  pairingCommit: ['STRANGER', 'SPEAKER', 'ADMIN'],
  pairingReveal: ['STRANGER', 'SPEAKER', 'ADMIN'],
  'getMediaToken to read': ['SPEAKER', 'MEMBER', 'ADMIN'],
  'getMediaToken to upload': 'may add',

  login: ['STRANGER', 'GUEST', 'MEMBER', 'ADMIN'],
  whoAmI: ['STRANGER', 'GUEST', 'MEMBER', 'ADMIN'],
  logout: people,
  'setPassword of oneself': people,
  'setPassword of another': admins,
  listSessions: people,
  'endSession of oneself': people,
  'endSession of another': admins,
  listUsers: people,
  addUser: admins,
  removeUser: admins,
  setRole: admins,

  joinRoom: people,
  leaveRoom: people,
  stillHere: people,
  getHistory: people,
  listRooms: people,
  'room getStatus': people,
  'room getQueue': people,
  'room add': 'may add',
  'room remove': members,
  'room move': members,
  'room clear': members,
  'room play': members,
  'room pause': members,
  'room toggle': members,
  'room stop': members,
  'room next': members,
  'room prev': members,
  'room seek': members,
  'room setVolume': members,
  'room setMuted': members,
  createRoom: admins,
  deleteRoom: admins,
  renameRoom: admins,
  setRoomSettings: admins,

  listSpeakers: people,
  getSpeakerLog: people,
  setSpeakerVolume: members,
  setSpeakerMuted: members,
  moveSpeaker: admins,
  setSpeakerDelay: admins,
  renameSpeaker: admins,
  adoptSpeaker: admins,
  forgetSpeaker: admins,
  listHosts: people,
  adoptHost: admins,
  forgetHost: admins,
  rotateKey: admins,
  makeBackup: admins,
};

/** What a request is about that decides whether it may be done. */
export interface Circumstances {
  /** The least role that may add to the room that is meant; for uploads: to any room. */
  readonly mayAdd: Role;
  /** Whether the session or password that is meant is the asker's own. */
  readonly isOwn: boolean;
}

/** What a request counts as. */
export function deedOf(request: Request, isOwn: boolean): Deed {
  switch (request.kind) {
    case 'callRoom':
      return `room ${request.command.body.kind}`;
    case 'getMediaToken':
      return request.upload ? 'getMediaToken to upload' : 'getMediaToken to read';
    case 'setPassword':
    case 'endSession':
      return `${request.kind} of ${isOwn ? 'oneself' : 'another'}`;
    default:
      return request.kind;
  }
}

export function standingOf(asker: Asker): Standing {
  switch (asker.how) {
    case 'open':
    case 'local':
      return 'ADMIN';
    case 'session':
      return asker.role;
    case 'speaker':
      return 'SPEAKER';
    case 'host':
      return 'HOST';
    case 'stranger':
      return 'STRANGER';
  }
}

/** @throws {Refusal} UNAUTHENTICATED or FORBIDDEN unless the asker may do what is requested */
export function permit(asker: Asker, request: Request, { mayAdd, isOwn }: Circumstances): void {
  const standing = standingOf(asker);
  const right = POLICY[deedOf(request, isOwn)];
  const allowed = right === 'may add' ? people.slice(people.indexOf(mayAdd)) : right;
  if (allowed.includes(standing)) return;
  if (standing === 'STRANGER')
    throw new Refusal(
      'UNAUTHENTICATED',
      'the coordinator doesn\'t know you: log in first, with "jamctl login NAME"',
    );
  if (standing === 'SPEAKER' || standing === 'HOST')
    throw new Refusal(
      'FORBIDDEN',
      `${standing === 'HOST' ? 'a room host' : 'a speaker'} may not do this (${request.kind})`,
    );
  throw new Refusal('FORBIDDEN', `${nameOf(standing)} may not do this here, ${leastOf(allowed)} may`);
}

function leastOf(allowed: readonly Standing[]): string {
  const least = people.find((role) => allowed.includes(role));
  return least ? nameOf(least) : 'nobody';
}

function nameOf(standing: Standing): string {
  return standing === 'ADMIN' ? 'an admin' : `a ${standing.toLowerCase()}`;
}
