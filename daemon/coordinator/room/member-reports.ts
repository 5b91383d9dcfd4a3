import type { Report } from '../../../protos/index.ts';
import type { RoomUs } from '../../units.ts';

/** A report and when the room got it. */
export interface ReceivedReport {
  readonly report: Report;
  readonly receivedRoomUs: RoomUs;
}

/** The last report of each speaker, by speakerId. */
export type MemberReports = ReadonlyMap<string, ReceivedReport>;

/** A speaker whose last report is older is offline. */
const ONLINE_WITHIN_US = 3_000_000;

export function isOnline(received: ReceivedReport | undefined, now: RoomUs): received is ReceivedReport {
  return received !== undefined && now - received.receivedRoomUs <= ONLINE_WITHIN_US;
}

/** Whether its times can be relied on: synchronized, or going on with the last estimate. */
export function isSynchronized({ clock }: Report): boolean {
  return clock.state === 'SYNCHRONIZED' || clock.state === 'HOLDOVER';
}
