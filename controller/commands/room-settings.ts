import type { RoomSettings } from '../../protos/index.ts';
import { CommandError } from '../exit-codes.ts';
import { settingsJson } from '../json.ts';
import { renderSettings } from '../render.ts';
import type { Session } from '../session.ts';
import { parseHoldMs, parsePercent, parseRole } from '../values.ts';

/** As typed. */
export interface RoomSettingOptions {
  readonly mayAdd?: string;
  readonly defaultVolume?: string;
  readonly holdMs?: string;
}

/** Sets those of a room's settings that are given; shows them all when none is. */
export async function setRoom(session: Session, name: string, options: RoomSettingOptions): Promise<void> {
  const { mayAdd, defaultVolume, holdMs } = options;
  const changes = {
    ...(mayAdd !== undefined && { mayAdd: parseRole(mayAdd) }),
    ...(defaultVolume !== undefined && { defaultVolume: parsePercent(defaultVolume) }),
    ...(holdMs !== undefined && { holdMs: parseHoldMs(holdMs) }),
  };
  if (Object.keys(changes).length === 0) return showSettings(session, name);
  const { note } = await session.client.ask({ kind: 'setRoomSettings', name, ...changes }, 'done');
  session.showNote(note);
}

async function showSettings(session: Session, name: string): Promise<void> {
  const settings = await settingsOf(session, name);
  session.show(
    () => renderSettings(name, settings),
    () => ({ room: name, ...settingsJson(settings) }),
  );
}

async function settingsOf(session: Session, name: string): Promise<RoomSettings> {
  const { settings } = await session.client.askRoom(name, { kind: 'getStatus' }, 'status');
  if (settings) return settings;
  throw new CommandError('INTERNAL', `room ${name} doesn't tell its settings`);
}
