import type { RoomSettings } from '../../../protos/index.ts';

/** What a room is set to until somebody sets it otherwise. */
export const DEFAULT_SETTINGS: RoomSettings = { mayAdd: 'MEMBER', defaultVolume: 100, holdMs: 150 };
