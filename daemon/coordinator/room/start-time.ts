import type { QueueItem, Report } from '../../../protos/index.ts';
import type { RoomUs } from '../../units.ts';
import { isOnline, isSynchronized, type MemberReports } from './member-reports.ts';

/** Shortest lead: commands from people need no less, and nobody may be listening. */
const MIN_LEAD_US = 30_000;
/** On top of half the round trip: one way can be slower than the other. */
const DELIVERY_MARGIN_US = 5_000;
/** From asking for a track's first bytes to holding enough of them to decode. */
const FETCH_US = 300_000;
/** A slower speaker joins late, in place, rather than hold up the room. */
const MAX_HELD_LEAD_US = 400_000;
const MAX_FETCH_LEAD_US = 500_000;
/** What has to be held behind the start to go on from there while the rest is fetched. */
const HELD_AHEAD_S = 1;

/**
 * Lead in µs for a start that every member can make: as long as the slowest needs, of those who
 * are online, synchronized and whose device works; within 30 to 400 ms, or 500 ms where a track must be fetched.
 * @param item what is to sound from `frame` on; absent for a stop, which needs no track
 */
export function chooseLeadUs(reports: MemberReports, now: RoomUs, item?: QueueItem, frame = 0): number {
  let leadUs = MIN_LEAD_US;
  for (const received of reports.values()) {
    if (!isOnline(received, now) || !canStart(received.report)) continue;
    leadUs = Math.max(leadUs, neededUs(received.report, item, frame));
  }
  return leadUs;
}

function canStart(report: Report): boolean {
  return isSynchronized(report) && report.playout.state !== 'FAILED';
}

function neededUs(report: Report, item: QueueItem | undefined, frame: number): number {
  const deliveryUs = Math.max(0, report.clock.delayP95Us) / 2 + DELIVERY_MARGIN_US;
  const heldUs = deliveryUs + Math.max(0, report.leadUs);
  if (!item || holds(report, item, frame)) return Math.min(heldUs, MAX_HELD_LEAD_US);
  return Math.min(heldUs + FETCH_US, MAX_FETCH_LEAD_US);
}

// Tracks are fetched from their beginning, so a ratio of the bytes is about that ratio of the frames.
function holds(report: Report, { track }: QueueItem, frame: number): boolean {
  const ratio = report.held.find((held) => held.hash === track.hash)?.ratio ?? 0;
  const neededFrames = Math.min(frame + HELD_AHEAD_S * track.sampleRate, track.frames);
  return ratio >= 1 || (ratio > 0 && ratio * track.frames >= neededFrames);
}
