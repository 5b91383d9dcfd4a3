import type { Session } from '../session.ts';
import { parsePosition, parseTime } from '../values.ts';

// Commands that have the room do one thing. What they load they wait for, so it is little.

export async function play(session: Session, position: string | undefined): Promise<void> {
  await session.command(
    position === undefined ? { kind: 'play' } : { kind: 'play', position: parsePosition(position) },
  );
}

export async function seek(session: Session, time: string): Promise<void> {
  await session.command({ kind: 'seek', ...parseTime(time) });
}

export async function remove(session: Session, positions: string[]): Promise<void> {
  await session.command({ kind: 'remove', positions: positions.map(parsePosition) });
}

export async function move(session: Session, from: string, to: string): Promise<void> {
  await session.command({ kind: 'move', from: parsePosition(from), to: parsePosition(to) });
}

/** pause, toggle, stop, next, prev and clear. */
export async function plainCommand(
  session: Session,
  kind: 'pause' | 'toggle' | 'stop' | 'next' | 'prev' | 'clear',
): Promise<void> {
  await session.command({ kind });
}
