import { queueJson, statusJson } from '../json.ts';
import { renderQueue } from '../render.ts';
import { renderStatus } from '../render-status.ts';
import type { Session } from '../session.ts';

// Commands that show what the room is.

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
