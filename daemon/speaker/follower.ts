import type { Levels, Members, RoomEvent, RoomSnapshot, Timeline, Upcoming } from '../../protos/index.ts';

/** A room as a speaker knows it. */
export interface RoomView {
  readonly roomId: string;
  readonly runId: string;
  readonly seq: number;
  readonly timeline: Timeline;
  readonly upcoming: Upcoming;
  readonly levels: Levels;
  readonly members: Members;
}

/** What an event makes of a view. */
export interface Followed {
  readonly view: RoomView | undefined;
  /** Something was missed: the snapshot has to be asked for. */
  readonly behind: boolean;
}

/** The view that a snapshot gives; an older one than the view changes nothing. */
export function followSnapshot(view: RoomView | undefined, snapshot: RoomSnapshot): RoomView {
  const known = view?.roomId === snapshot.roomId && view.runId === snapshot.runId;
  return known && view.seq > snapshot.seq ? view : snapshot;
}

/**
 * Applies a room's event. Events of a run are numbered without holes and a heartbeat repeats the last number, so
 * whatever was lost shows at the next message: then the view stays and the speaker is behind.
 */
export function followEvent(view: RoomView | undefined, event: RoomEvent): Followed {
  if (!view || view.roomId !== event.roomId || view.runId !== event.runId) return { view, behind: true };
  const { kind } = event.body;
  if (kind === 'heartbeat') return { view, behind: event.seq > view.seq };
  if (event.seq <= view.seq) return { view, behind: false };
  if (event.seq > view.seq + 1) return { view, behind: true };
  return { view: { ...view, seq: event.seq, ...changedPart(event) }, behind: false };
}

function changedPart({ body }: RoomEvent): Partial<RoomView> {
  switch (body.kind) {
    case 'timeline':
      return { timeline: body };
    case 'upcoming':
      return { upcoming: body };
    case 'levels':
      return { levels: body };
    case 'members':
      return { members: body };
    case 'heartbeat':
      return {};
  }
}
