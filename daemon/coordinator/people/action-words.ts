import type { LobbyRequest, RoomCommand } from '../../../protos/index.ts';
import { wordsOf } from '../room/action-words.ts';

type Request = LobbyRequest['body'];

/** What a request does, in a few words for the history, much as it is typed; undefined: it changes nothing. */
export function actionOf(request: Request): string | undefined {
  switch (request.kind) {
    case 'callRoom':
      return commandWords(request.command.body);
    case 'createRoom':
      return `room create ${request.name}${request.host === undefined ? '' : ` --host ${request.host}`}`;
    case 'deleteRoom':
      return `room delete ${request.name}`;
    case 'renameRoom':
      return `room rename ${request.name} ${request.newName}`;
    case 'setRoomSettings':
      return `room set ${request.name}${settingsWords(request)}`;
    case 'moveSpeaker':
      return `speaker move ${request.name} ${request.room}`;
    case 'setSpeakerDelay':
      return `speaker delay ${request.name} ${request.delayUs / 1000} ms`;
    case 'renameSpeaker':
      return `speaker rename ${request.name} ${request.newName}`;
    case 'setSpeakerVolume':
      return `volume ${volumeWords(request)} of speaker ${request.name}`;
    case 'setSpeakerMuted':
      return `${request.muted ? 'mute' : 'unmute'} speaker ${request.name}`;
    case 'adoptSpeaker':
      return `speaker adopt ${request.name}`;
    case 'forgetSpeaker':
      return `speaker forget ${request.name}`;
    case 'adoptHost':
      return `host adopt ${request.name}`;
    case 'forgetHost':
      return `host forget ${request.name}`;
    case 'rotateKey':
      return 'key rotate';
    case 'makeBackup':
      return 'backup';
    case 'login':
    case 'logout':
      return request.kind;
    case 'addUser':
      return `user add ${request.name} ${request.role.toLowerCase()}`;
    case 'removeUser':
      return `user remove ${request.name}`;
    case 'setRole':
      return `user role ${request.name} ${request.role.toLowerCase()}`;
    case 'setPassword':
      return `user passwd ${request.name}`.trim();
    case 'endSession':
      return `session end ${request.sessionId}`;
    case 'joinRoom':
      return `join ${request.room}`;
    case 'leaveRoom':
      return 'leave';
    case 'getInfo':
    case 'listRooms':
    case 'listSpeakers':
    case 'getSpeakerLog':
    case 'hello':
    case 'hostHello':
    case 'listHosts':
    case 'whoAmI':
    case 'listUsers':
    case 'listSessions':
    case 'stillHere':
    case 'getHistory':
    case 'pairingCommit':
    case 'pairingReveal':
    case 'getMediaToken':
      return undefined;
  }
}

function commandWords(command: RoomCommand['body']): string | undefined {
  return command.kind === 'getStatus' || command.kind === 'getQueue' ? undefined : wordsOf(command);
}

function volumeWords({ volume, change }: { volume?: number; change?: number }): string {
  if (volume !== undefined) return `${volume}`;
  return change !== undefined && change >= 0 ? `+${change}` : `${change ?? ''}`;
}

function settingsWords({
  mayAdd,
  defaultVolume,
  holdMs,
}: Extract<Request, { kind: 'setRoomSettings' }>): string {
  return [
    mayAdd === undefined ? '' : ` --may-add ${mayAdd.toLowerCase()}`,
    defaultVolume === undefined ? '' : ` --default-volume ${defaultVolume}`,
    holdMs === undefined ? '' : ` --hold-ms ${holdMs}`,
  ].join('');
}
