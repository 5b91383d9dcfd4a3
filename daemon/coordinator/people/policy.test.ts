import test from 'ava';
import type { LobbyRequest, Role, RoomCommand } from '../../../protos/index.ts';
import * as lobby from '../../../protos/lobby.ts';
import { newKeyPair } from '../../security/keys.ts';
import { trackOf } from '../room/room.fixture.ts';
import { PASSWORD, type Person, startedDesk } from './desk.fixture.ts';
import { POLICY } from './policy.ts';

type Body = LobbyRequest['body'];

/** The columns of the table below. */
const ASKERS = ['stranger', 'speaker', 'host', 'guest', 'member', 'admin', 'local'] as const;

/**
 * Who may do what: + may, − may not (FORBIDDEN), ! has to log in first (UNAUTHENTICATED).
 * In the order of ASKERS: stranger, speaker, host, guest, member, admin, local.
 */
const TABLE: Record<string, string> = {
  getInfo: '+ + + + + + +',
  'hello as itself': '+ + − − − + +',
  'hello as another speaker': '− − − − − + +',
  'hostHello as itself': '+ − + − − + +',
  'hostHello as another host': '− − − − − + +',
  pairingCommit: '+ + − − − + +',
  pairingReveal: '+ + − − − + +',
  'getMediaToken to read': '! + − − + + +',
  'getMediaToken to upload': '! − − − + + +',
  'getMediaToken to upload, guests may add to a room': '! − − + + + +',
  'getMediaToken to upload, admins alone may add to rooms': '! − − − − + +',

  login: '+ − − + + + +',
  logout: '! − − + + + +',
  whoAmI: '+ − − + + + +',
  listUsers: '! − − + + + +',
  addUser: '! − − − − + +',
  removeUser: '! − − − − + +',
  setRole: '! − − − − + +',
  'setPassword of oneself': '! − − + + + +',
  'setPassword of oneself, by name': '! − − + + + +',
  'setPassword of another': '! − − − − + +',
  listSessions: '! − − + + + +',
  'endSession of oneself': '! − − + + + +',
  'endSession of another': '! − − − − + +',

  joinRoom: '! − − + + + +',
  leaveRoom: '! − − + + + +',
  stillHere: '! − − + + + +',
  getHistory: '! − − + + + +',

  listRooms: '! − − + + + +',
  createRoom: '! − − − − + +',
  deleteRoom: '! − − − − + +',
  renameRoom: '! − − − − + +',
  setRoomSettings: '! − − − − + +',

  listSpeakers: '! − − + + + +',
  getSpeakerLog: '! − − + + + +',
  setSpeakerVolume: '! − − − + + +',
  setSpeakerMuted: '! − − − + + +',
  moveSpeaker: '! − − − − + +',
  setSpeakerDelay: '! − − − − + +',
  renameSpeaker: '! − − − − + +',
  adoptSpeaker: '! − − − − + +',
  forgetSpeaker: '! − − − − + +',
  listHosts: '! − − + + + +',
  adoptHost: '! − − − − + +',
  forgetHost: '! − − − − + +',
  rotateKey: '! − − − − + +',
  makeBackup: '! − − − − + +',

  'room getStatus': '! − − + + + +',
  'room getQueue': '! − − + + + +',
  'room add': '! − − − + + +',
  'room add, where guests may': '! − − + + + +',
  'room add, where admins alone may': '! − − − − + +',
  'room remove': '! − − − + + +',
  'room move': '! − − − + + +',
  'room clear': '! − − − + + +',
  'room play': '! − − − + + +',
  'room pause': '! − − − + + +',
  'room toggle': '! − − − + + +',
  'room stop': '! − − − + + +',
  'room next': '! − − − + + +',
  'room prev': '! − − − + + +',
  'room seek': '! − − − + + +',
  'room setVolume': '! − − − + + +',
  'room setMuted': '! − − − + + +',
};

const inRoom = (body: RoomCommand['body']): Body => ({ kind: 'callRoom', room: 'main', command: { body } });
const hello = (speakerId: string): Body => ({
  kind: 'hello',
  speakerId,
  name: speakerId,
  version: '1',
  device: '',
});
const hostHello = (hostId: string): Body => ({
  kind: 'hostHello',
  hostId,
  name: hostId,
  version: '1',
  address: '10.0.0.2',
  port: 7400,
  clockId: 'c',
  rooms: [],
});
const hash = 'a'.repeat(64);
const add = inRoom({ kind: 'add', tracks: [trackOf(1, 60)] });
const upload: Body = { kind: 'getMediaToken', hash, upload: true };
const [read, tooShort] = [{ kind: 'getMediaToken', hash, upload: false }, 'short'] as const;
const oneself = { kind: 'setPassword', password: tooShort, oldPassword: PASSWORD } as const;

/** What is asked, of whoever asks. It may fail for another reason than who asks: then they might have. */
const REQUESTS: Record<string, (asker: string) => Body> = {
  getInfo: () => ({ kind: 'getInfo' }),
  'hello as itself': (asker) => hello(asker === 'speaker' ? 'shelf' : 'new'),
  'hello as another speaker': () => hello('attic'),
  'hostHello as itself': (asker) => hostHello(asker === 'host' ? 'loft' : 'new'),
  'hostHello as another host': () => hostHello('shed'),
  pairingCommit: () => ({ kind: 'pairingCommit', commitment: new Uint8Array(32) }),
  pairingReveal: () => ({ kind: 'pairingReveal', nonce: new Uint8Array(16) }),
  'getMediaToken to read': () => read,
  'getMediaToken to upload': () => upload,
  'getMediaToken to upload, guests may add to a room': () => upload,
  'getMediaToken to upload, admins alone may add to rooms': () => upload,
  login: () => ({ kind: 'login', name: 'guest', password: PASSWORD, code: '', client: '' }),
  logout: () => ({ kind: 'logout' }),
  whoAmI: () => ({ kind: 'whoAmI' }),
  listUsers: () => ({ kind: 'listUsers' }),
  addUser: () => ({ kind: 'addUser', name: 'new', password: tooShort, role: 'GUEST' }),
  removeUser: () => ({ kind: 'removeUser', name: 'guest' }),
  setRole: () => ({ kind: 'setRole', name: 'guest', role: 'MEMBER' }),
  'setPassword of oneself': () => ({ ...oneself, name: '' }),
  'setPassword of oneself, by name': (asker) => ({ ...oneself, name: asker.toUpperCase() }),
  'setPassword of another': () => ({ ...oneself, name: 'other' }),
  listSessions: () => ({ kind: 'listSessions' }),
  'endSession of oneself': (asker) => ({ kind: 'endSession', sessionId: `of ${asker}` }),
  'endSession of another': () => ({ kind: 'endSession', sessionId: 'of other' }),
  joinRoom: () => ({ kind: 'joinRoom', room: 'main' }),
  leaveRoom: () => ({ kind: 'leaveRoom' }),
  stillHere: () => ({ kind: 'stillHere' }),
  getHistory: () => ({ kind: 'getHistory', limit: 1 }),
  listRooms: () => ({ kind: 'listRooms' }),
  createRoom: () => ({ kind: 'createRoom', name: 'main' }),
  deleteRoom: () => ({ kind: 'deleteRoom', name: 'main' }),
  renameRoom: () => ({ kind: 'renameRoom', name: 'main', newName: 'x' }),
  setRoomSettings: () => ({ kind: 'setRoomSettings', name: 'main', holdMs: 0 }),
  listSpeakers: () => ({ kind: 'listSpeakers' }),
  getSpeakerLog: () => ({ kind: 'getSpeakerLog', name: 'shelf' }),
  setSpeakerVolume: () => ({ kind: 'setSpeakerVolume', name: 'shelf', volume: 50 }),
  setSpeakerMuted: () => ({ kind: 'setSpeakerMuted', name: 'shelf', muted: true }),
  moveSpeaker: () => ({ kind: 'moveSpeaker', name: 'shelf', room: 'main' }),
  setSpeakerDelay: () => ({ kind: 'setSpeakerDelay', name: 'shelf', delayUs: 100 }),
  renameSpeaker: () => ({ kind: 'renameSpeaker', name: 'shelf', newName: 'shelf' }),
  adoptSpeaker: () => ({ kind: 'adoptSpeaker', name: 'nobody', code: '123456' }),
  forgetSpeaker: () => ({ kind: 'forgetSpeaker', name: 'nobody' }),
  listHosts: () => ({ kind: 'listHosts' }),
  adoptHost: () => ({ kind: 'adoptHost', name: 'nobody', code: '123456' }),
  forgetHost: () => ({ kind: 'forgetHost', name: 'nobody' }),
  rotateKey: () => ({ kind: 'rotateKey' }),
  makeBackup: () => ({ kind: 'makeBackup', withTracks: false }),
  'room getStatus': () => inRoom({ kind: 'getStatus' }),
  'room getQueue': () => inRoom({ kind: 'getQueue' }),
  'room add': () => add,
  'room add, where guests may': () => add,
  'room add, where admins alone may': () => add,
  'room remove': () => inRoom({ kind: 'remove', positions: [1] }),
  'room move': () => inRoom({ kind: 'move', from: 1, to: 1 }),
  'room clear': () => inRoom({ kind: 'clear' }),
  'room play': () => inRoom({ kind: 'play' }),
  'room pause': () => inRoom({ kind: 'pause' }),
  'room toggle': () => inRoom({ kind: 'toggle' }),
  'room stop': () => inRoom({ kind: 'stop' }),
  'room next': () => inRoom({ kind: 'next' }),
  'room prev': () => inRoom({ kind: 'prev' }),
  'room seek': () => inRoom({ kind: 'seek', seconds: 1, relative: false }),
  'room setVolume': () => inRoom({ kind: 'setVolume', volume: 50 }),
  'room setMuted': () => inRoom({ kind: 'setMuted', muted: false }),
};

const kindsOf = (body: { options: readonly { entries: { kind: { literal: string } } }[] }): string[] =>
  body.options.map(({ entries }) => entries.kind.literal);

test('the table has every request and every command that there is', (t) => {
  const lobbyKinds = kindsOf(lobby.lobbyRequest.entries.body).filter((kind) => kind !== 'callRoom');
  const roomKinds = kindsOf(lobby.roomCommand.entries.body).map((kind) => `room ${kind}`);
  const inTable = Object.keys(TABLE);
  for (const kind of [...lobbyKinds, ...roomKinds])
    t.true(
      inTable.some((row) => row === kind || row.startsWith(`${kind} `) || row.startsWith(`${kind},`)),
      `${kind} is missing`,
    );
  t.deepEqual(Object.keys(REQUESTS), inTable);
  for (const deed of Object.keys(POLICY))
    t.true(
      inTable.some((row) => row.startsWith(deed)),
      `${deed} is missing`,
    );
});

test('everybody may do exactly what the table says', async (t) => {
  const home = await startedDesk(t);
  const speaker = await home.speaker('shelf', 'shelf');
  await home.speaker('attic', 'attic');
  const host = await home.roomHost('loft');
  await home.roomHost('shed');
  const people = await home.people({ guest: 'GUEST', member: 'MEMBER', admin: 'ADMIN', other: 'ADMIN' });
  const stranger = { key: newKeyPair().publicKey };
  const all: Record<string, Person> = { ...people, speaker, host, stranger, local: home.local };
  const before = home.lobby.state.people;
  for (const [row, expected] of Object.entries(TABLE)) {
    await home.ask(home.local, { kind: 'setRoomSettings', name: 'main', mayAdd: mayAddIn(row) });
    const found: string[] = [];
    for (const asker of ASKERS) {
      found.push(signOf(await home.ask(all[asker], REQUESTS[row]?.(asker) ?? { kind: 'getInfo' })));
      if (home.lobby.state.people !== before) home.lobby.setPeople(before);
    }
    t.is(found.join(' '), expected, row);
  }
});

test('who proves no key at all is as much a stranger as who proves an unknown one', async (t) => {
  const home = await startedDesk(t);
  for (const [row, expected] of Object.entries(TABLE)) {
    if (!expected.startsWith('!')) continue;
    const reply = await home.ask(undefined, REQUESTS[row]?.('stranger') ?? { kind: 'getInfo' });
    t.is(signOf(reply), '!', row);
  }
});

test('with security none everybody may do everything but what needs a key', async (t) => {
  const home = await startedDesk(t, 'none');
  for (const [row, request] of Object.entries(REQUESTS)) {
    t.is(signOf(await home.ask(undefined, request('open'))), '+', row);
  }
});

function mayAddIn(row: string): Role {
  if (row.includes('guests may')) return 'GUEST';
  return row.includes('admins alone') ? 'ADMIN' : 'MEMBER';
}

function signOf(reply: { kind: string; code?: string; body?: { kind: string; code?: string } }): string {
  const answer = reply.kind === 'room' ? reply.body : reply;
  if (answer?.kind === 'failure' && answer.code === 'FORBIDDEN') return '−';
  return answer?.kind === 'failure' && answer.code === 'UNAUTHENTICATED' ? '!' : '+';
}
