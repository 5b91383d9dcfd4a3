import type { RoomReport } from '../measure/spread.ts';
import type { Session } from './session.ts';
import type { Need } from './status-poll.ts';

/** Where the time from the command to the last speaker's first sound went, ms; the first three add up to it. */
export interface StartSplit {
  /** The command's process, until it had the room's answer. */
  readonly commandMs: number;
  /** From then to the time at which the room has all start: about the lead that it chose. */
  readonly leadMs: number;
  /** From then until the last speaker was heard. */
  readonly lateMs: number;
  /** Of commandMs: what Node takes to start and end, with nothing to do. */
  readonly nodeAloneMs: number;
  /** What the speaker that asked for the longest lead had asked for, in its last report before. */
  readonly asked: Need | null;
}

/** Null where the system doesn't tell, or a speaker wasn't heard. */
export function splitStart(room: RoomReport, session: Session): StartSplit | null {
  const { commandTrueUs, answeredTrueUs, nodeAloneMs, looks } = session;
  const startTrueUs = looks.find((look) => look.startTrueUs !== null)?.startTrueUs ?? undefined;
  const heardTrueUs = Math.max(...room.speakers.map(({ onsetTrueUs }) => onsetTrueUs ?? Number.NaN));
  if (answeredTrueUs === undefined || startTrueUs === undefined || Number.isNaN(heardTrueUs)) return null;
  const before = looks.findLast((look) => look.atTrueUs < commandTrueUs);
  const needs = before?.needs.toSorted((a, b) => b.wayUs + b.ownUs - a.wayUs - a.ownUs) ?? [];
  return {
    commandMs: (answeredTrueUs - commandTrueUs) / 1000,
    leadMs: (startTrueUs - answeredTrueUs) / 1000,
    lateMs: (heardTrueUs - startTrueUs) / 1000,
    nodeAloneMs: nodeAloneMs ?? Number.NaN,
    asked: needs[0] ?? null,
  };
}
