import type { QueueItem, Report } from '../../../protos/index.ts';
import type { RoomUs } from '../../units.ts';
import { isOnline, isSynchronized, type MemberReports } from './member-reports.ts';

/** Shortest lead: commands from people need no less, and nobody may be listening. */
const MIN_LEAD_US = 30_000;
/** To open a track that doesn't stand by with the speakers, and decode its first sound. */
const OPEN_US = 20_000;
/** On top of half the round trip: one way can be slower than the other. */
const DELIVERY_MARGIN_US = 5_000;
/** From asking for a track's first bytes to holding enough of them to decode. */
const FETCH_US = 300_000;
/** A slower speaker joins late, in place, rather than hold up the room. */
const MAX_HELD_LEAD_US = 400_000;
const MAX_FETCH_LEAD_US = 500_000;
/** What has to be held behind the start to go on from there while the rest is fetched. */
const HELD_AHEAD_S = 1;

/** What is to sound. */
export interface Beginning {
  readonly item: QueueItem;
  /** From here on. */
  readonly frame: number;
  /** The members have it open: see standsBy(). */
  readonly standsBy: boolean;
}

/**
 * Lead in µs for a start that every member can make: as long as the slowest needs, of those who
 * are online, synchronized and whose device works; within 30 to 400 ms, or 500 ms where a track must be fetched.
 * @param beginning absent for a stop, which needs no track
 */
export function chooseLeadUs(reports: MemberReports, now: RoomUs, beginning?: Beginning): number {
  let leadUs = MIN_LEAD_US;
  for (const received of reports.values()) {
    if (!isOnline(received, now) || !canStart(received.report)) continue;
    leadUs = Math.max(leadUs, neededUs(received.report, beginning));
  }
  return leadUs;
}

function canStart(report: Report): boolean {
  return isSynchronized(report) && report.playout.state !== 'FAILED';
}

function neededUs(report: Report, beginning: Beginning | undefined): number {
  const deliveryUs = Math.max(0, report.clock.delayP95Us) / 2 + DELIVERY_MARGIN_US;
  const heldUs = deliveryUs + Math.max(0, report.leadUs);
  if (!beginning) return Math.min(heldUs, MAX_HELD_LEAD_US);
  const openUs = beginning.standsBy ? 0 : OPEN_US;
  if (holds(report, beginning)) return Math.min(heldUs + openUs, MAX_HELD_LEAD_US);
  return Math.min(heldUs + OPEN_US + FETCH_US, MAX_FETCH_LEAD_US);
}

// Tracks are fetched from their beginning, so a ratio of the bytes is about that ratio of the frames.
function holds(report: Report, { item, frame }: Beginning): boolean {
  const { track } = item;
  const ratio = report.held.find((held) => held.hash === track.hash)?.ratio ?? 0;
  const neededFrames = Math.min(frame + HELD_AHEAD_S * track.sampleRate, track.frames);
  return ratio >= 1 || (ratio > 0 && ratio * track.frames >= neededFrames);
}
