import { glitchesJson, roomsJson, speakersJson } from '../json.ts';
import { renderGlitches, renderRooms, renderSpeakers } from '../render.ts';
import type { Session } from '../session.ts';
import { parseDelayUs } from '../values.ts';

// Commands about the rooms and speakers of the home.

export async function rooms(session: Session): Promise<void> {
  const { rooms } = await session.client.ask({ kind: 'listRooms' }, 'rooms');
  session.show(
    () => renderRooms(rooms),
    () => roomsJson(rooms),
  );
}

export async function speakers(session: Session): Promise<void> {
  const { speakers } = await session.client.ask({ kind: 'listSpeakers' }, 'speakers');
  session.show(
    () => renderSpeakers(speakers),
    () => speakersJson(speakers),
  );
}

export async function speakerLog(session: Session, name: string): Promise<void> {
  const { glitches } = await session.client.ask({ kind: 'getSpeakerLog', name }, 'glitches');
  session.show(
    () => renderGlitches(glitches),
    () => glitchesJson(name, glitches),
  );
}

export const createRoom = (session: Session, name: string, host?: string): Promise<void> =>
  done(session, { kind: 'createRoom', name, ...(host !== undefined && { host }) });

export const deleteRoom = (session: Session, name: string): Promise<void> =>
  done(session, { kind: 'deleteRoom', name });

export const renameRoom = (session: Session, name: string, newName: string): Promise<void> =>
  done(session, { kind: 'renameRoom', name, newName });

export const moveSpeaker = (session: Session, name: string, room: string): Promise<void> =>
  done(session, { kind: 'moveSpeaker', name, room });

export const delaySpeaker = (session: Session, name: string, delayMs: string): Promise<void> =>
  done(session, { kind: 'setSpeakerDelay', name, delayUs: parseDelayUs(delayMs) });

export const renameSpeaker = (session: Session, name: string, newName: string): Promise<void> =>
  done(session, { kind: 'renameSpeaker', name, newName });

async function done(session: Session, body: Parameters<Session['client']['ask']>[0]): Promise<void> {
  const { note } = await session.client.ask(body, 'done');
  session.showNote(note);
}
