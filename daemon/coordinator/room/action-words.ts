import type { Action } from './room.ts';

/** A command in a few words for people, much as jamctl takes it: "play 3", "add 2 tracks". */
export function wordsOf(action: Action): string {
  switch (action.kind) {
    case 'add':
      return action.tracks.length === 1 ? 'add a track' : `add ${action.tracks.length} tracks`;
    case 'remove':
      return `remove ${shortList(action.positions)}`;
    case 'move':
      return `move ${action.from} to ${action.to}`;
    case 'play':
      return action.position === undefined ? 'play' : `play ${action.position}`;
    case 'seek':
      return action.relative ? `seek by ${signed(action.seconds)} s` : `seek to ${clockTime(action.seconds)}`;
    case 'setVolume':
      return action.volume === undefined ? `volume ${signed(action.change ?? 0)}` : `volume ${action.volume}`;
    case 'setMuted':
      return action.muted ? 'mute' : 'unmute';
    default:
      return action.kind;
  }
}

const SHOWN = 10;

function shortList(positions: readonly number[]): string {
  const more = positions.length - SHOWN;
  return positions.slice(0, SHOWN).join(' ') + (more > 0 ? ` and ${more} more` : '');
}

function signed(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return rounded > 0 ? `+${rounded}` : `${rounded}`;
}

function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
