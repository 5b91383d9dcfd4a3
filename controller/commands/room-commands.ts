import { queueJson, statusJson } from '../json.ts';
import { renderQueue } from '../render.ts';
import { renderStatus } from '../render-status.ts';
import type { Session } from '../session.ts';
import { parsePosition, parseTime } from '../values.ts';

// Commands that ask the room one thing.

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

export async function queue(session: Session): Promise<void> {
  const answer = await session.client.askRoom(session.room, { kind: 'getQueue' }, 'queue');
  session.show(
    () => renderQueue(answer),
    () => queueJson(session.room, answer),
  );
}

export async function status(session: Session): Promise<void> {
  const answer = await session.client.askRoom(session.room, { kind: 'getStatus' }, 'status');
  session.show(
    () => renderStatus(answer, session.paint),
    () => statusJson(answer),
  );
}
