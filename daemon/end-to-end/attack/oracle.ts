import { LobbyReply, RoomReply } from '../../../protos/index.ts';

type ReplyKind = LobbyReply['body']['kind'];

/** What a stranger may be answered: nothing of the household. */
const FOR_STRANGERS: readonly ReplyKind[] = ['failure', 'info', 'identity', 'pending', 'pairingChallenge'];
/** A speaker is one of the household, but no person. */
const FOR_SPEAKERS: readonly ReplyKind[] = [...FOR_STRANGERS, 'assignment', 'mediaToken'];

/** Whose replies may be of which kinds; undefined: people's, which the role table promises. */
export const LOBBY_REPLIES: Readonly<Record<string, readonly ReplyKind[] | undefined>> = {
  stranger: FOR_STRANGERS,
  speaker: FOR_SPEAKERS,
};

/** What is wrong with a reply of the lobby's; undefined: nothing. @param allowed undefined: any kind */
export function lobbyProblem(bytes: Uint8Array, allowed?: readonly ReplyKind[]): string | undefined {
  const { body } = LobbyReply.decode(bytes);
  if (body.kind === 'failure' && body.code === 'INTERNAL') return body.message;
  if (body.kind === 'identity' && allowed && body.how !== 'stranger') return `was taken for ${body.name}`;
  return allowed && !allowed.includes(body.kind) ? `was answered ${body.kind}` : undefined;
}

/** What is wrong with a room's reply to somebody who isn't its lobby; undefined: nothing. */
export function roomProblem(bytes: Uint8Array): string | undefined {
  const { body } = RoomReply.decode(bytes);
  if (body.kind === 'snapshot') return undefined;
  if (body.kind !== 'failure') return `was answered ${body.kind}`;
  return body.code === 'INTERNAL' ? body.message : undefined;
}
