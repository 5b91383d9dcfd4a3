import type { SpeakerEntry } from '../../protos/index.ts';
import { CommandError } from '../exit-codes.ts';
import { renderLevels } from '../render.ts';
import type { Session } from '../session.ts';
import { plain } from '../text.ts';
import { parseVolume } from '../values.ts';

/** Sets, changes or shows the volume of the room, or of one speaker. */
export async function volume(
  session: Session,
  value: string | undefined,
  speaker: string | undefined,
): Promise<void> {
  if (value === undefined) return showVolume(session, speaker);
  const wanted = parseVolume(value);
  if (speaker === undefined) return session.command({ kind: 'setVolume', ...wanted });
  const { note } = await session.client.ask({ kind: 'setSpeakerVolume', name: speaker, ...wanted }, 'done');
  session.showNote(note);
}

export async function mute(session: Session, muted: boolean, speaker: string | undefined): Promise<void> {
  if (speaker === undefined) return session.command({ kind: 'setMuted', muted });
  const { note } = await session.client.ask({ kind: 'setSpeakerMuted', name: speaker, muted }, 'done');
  session.showNote(note);
}

async function showVolume(session: Session, speaker: string | undefined): Promise<void> {
  const [of, name, levels] =
    speaker === undefined
      ? (['room', session.room, await roomLevels(session)] as const)
      : (['speaker', speaker, await speakerLevels(session, speaker)] as const);
  session.show(
    () => `${plain(name)}: volume ${renderLevels(levels.volume, levels.muted)}`,
    () => ({ [of]: name, volume: levels.volume, muted: levels.muted }),
  );
}

async function roomLevels(session: Session): Promise<{ volume: number; muted: boolean }> {
  return (await session.client.askRoom(session.room, { kind: 'getStatus' }, 'status')).levels;
}

async function speakerLevels(session: Session, name: string): Promise<SpeakerEntry> {
  const { speakers } = await session.client.ask({ kind: 'listSpeakers' }, 'speakers');
  const found = speakers.find((speaker) => speaker.name === name);
  if (found) return found;
  const names = speakers.map((speaker) => speaker.name).join(', ');
  throw new CommandError('NOT_FOUND', `there is no speaker ${name}${names && `; there are ${names}`}`);
}
