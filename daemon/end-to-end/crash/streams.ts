import type { RoomCommand, Track } from '../../../protos/index.ts';
import type { Action } from '../../coordinator/room/room.ts';
import type { Random } from '../../random.ts';
import type { InsistingClient } from './client.ts';
import type { LobbyLedger, OwnRoomLedger, SharedRoomLedger } from './ledgers.ts';

// What each of the clients goes on doing, one step after the other. A step ends when it was answered, and is in the
// ledger then.

/** Does something and has it answered. */
export type Step = () => Promise<void>;

/** A queue is kept about this long. */
const LENGTH = 40;

/** Adds, moves and turns the volume up and down, in a room where others do, too. */
export function sharedStep(
  client: InsistingClient,
  room: string,
  tracks: readonly Track[],
  ledger: () => SharedRoomLedger,
  random: Random,
): Step {
  let change = 1;
  return async () => {
    const track = tracks[Math.floor(random() * tracks.length)];
    const any = () => 1 + Math.floor(random() * 5);
    const dice = random();
    const action = ((): RoomCommand['body'] => {
      if (dice < 0.4 && track) return { kind: 'add', tracks: [track] };
      if (dice < 0.5) return { kind: 'move', from: any(), to: any() };
      return { kind: 'setVolume', change };
    })();
    if (!(await client.command(room, action))) return;
    ledger().acknowledge(action);
    if (action.kind === 'setVolume') change = -change;
  };
}

/** Skips, and starts again, in a room that plays. */
export function transportStep(
  client: InsistingClient,
  room: string,
  ledger: () => SharedRoomLedger,
  random: Random,
): Step {
  return async () => {
    const action: RoomCommand['body'] = random() < 0.8 ? { kind: 'next' } : { kind: 'play', position: 1 };
    if (await client.command(room, action)) ledger().acknowledge(action);
  };
}

/** Anything that needs no time, in a room of one's own that is stopped. */
export function ownStep(
  client: InsistingClient,
  room: string,
  tracks: readonly Track[],
  ledger: OwnRoomLedger,
  random: Random,
): Step {
  return async () => {
    const any = () => 1 + Math.floor(random() * Math.max(1, ledger.length));
    const dice = random() + (ledger.length > LENGTH ? 0.35 : 0);
    const added = tracks.filter(() => random() < 0.3);
    const action = ((): Action => {
      if (dice < 0.35) return { kind: 'add', tracks: added };
      if (dice < 0.6) return { kind: 'remove', positions: [any()] };
      if (dice < 0.8) return { kind: 'move', from: any(), to: any() };
      if (dice < 0.84) return { kind: 'next' };
      return { kind: 'setVolume', change: random() < 0.5 ? -7 : 5 };
    })();
    if (await client.command(room, action)) ledger.acknowledge(action);
  };
}

/** Has the lobby change a speaker, and make, rename and delete rooms. */
export function lobbyStep(
  client: InsistingClient,
  speaker: string,
  ledger: LobbyLedger,
  random: Random,
): Step {
  let change = -1;
  let rooms = 0;
  return async () => {
    const dice = random();
    const [own] = ledger.rooms.filter((name) => name.startsWith('attic'));
    const fresh = `attic ${++rooms}`;
    if (dice < 0.45) {
      const delayUs = Math.round(random() * 10_000);
      if (await client.do({ kind: 'setSpeakerDelay', name: speaker, delayUs })) ledger.delayUs = delayUs;
    } else if (dice < 0.9) {
      if (!(await client.do({ kind: 'setSpeakerVolume', name: speaker, change }))) return;
      ledger.volume += change;
      change = -change;
    } else if (!own) {
      if (await client.do({ kind: 'createRoom', name: fresh })) ledger.rooms.push(fresh);
    } else if (dice < 0.98) {
      if (await client.do({ kind: 'renameRoom', name: own, newName: fresh }))
        ledger.rooms = ledger.rooms.map((name) => (name === own ? fresh : name));
    } else if (await client.do({ kind: 'deleteRoom', name: own })) {
      ledger.rooms = ledger.rooms.filter((name) => name !== own);
    }
  };
}
