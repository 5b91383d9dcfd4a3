import type { Report, RoomQueue, RoomStatus, SpeakerStatus } from '../../../protos/index.ts';
import type { RoomUs } from '../../units.ts';
import { isOnline, isSynchronized, type MemberReports } from './member-reports.ts';
import { indexOf } from './queue.ts';
import { advance, currentItem, positionAt, type RoomState } from './room-state.ts';

/** The room as people are shown it. State and item are those of the last accepted command, the position what is heard. */
export function statusOf(room: RoomState, reports: MemberReports, now: RoomUs): RoomStatus {
  const state = advance(room, now);
  const item = currentItem(state);
  const rate = item?.track.sampleRate ?? 1;
  const spreadBoundUs = spreadBound(state, reports, now);
  return {
    roomId: state.roomId,
    roomName: state.name,
    state: state.timeline.state,
    ...(item && { item }),
    queuePosition: indexOf(state.queue, state.timeline.itemId) + 1,
    queueLength: state.queue.length,
    positionS: item ? heardFrame(state, now) / rate : 0,
    durationS: item ? item.track.frames / rate : 0,
    levels: state.levels,
    epoch: state.timeline.epoch,
    startInMs: Math.max(0, state.timeline.anchorRoomUs - now) / 1000,
    ...(spreadBoundUs !== undefined && { spreadBoundUs }),
    speakers: state.members.map((member) => speakerStatus(member, reports, now)),
    ...(state.lastAction && { lastAction: state.lastAction }),
    settings: state.settings,
    people: [],
    security: '',
  };
}

/** The queue with the position of the current item, from 1. */
export function queueOf(room: RoomState, now: RoomUs): RoomQueue {
  const { queue, timeline } = advance(room, now);
  return { items: [...queue], current: indexOf(queue, timeline.itemId) + 1 };
}

function heardFrame({ timeline, before, ...state }: RoomState, now: RoomUs): number {
  const goesOn = now < timeline.anchorRoomUs && before.itemId === timeline.itemId;
  const heard = goesOn ? before : timeline;
  const item = currentItem({ ...state, timeline, before });
  return item ? positionAt(heard, item, now) : 0;
}

function speakerStatus(member: SpeakerStatus['member'], reports: MemberReports, now: RoomUs): SpeakerStatus {
  const received = reports.get(member.speakerId);
  if (!received) return { member, online: false, reportAgeMs: 0 };
  const reportAgeMs = Math.max(0, now - received.receivedRoomUs) / 1000;
  return { member, online: isOnline(received, now), report: received.report, reportAgeMs };
}

/**
 * The most that two sounding members can be apart, µs: of any two, the difference of their playout
 * errors, and what either can be wrong about its clock and its device. Undefined below two members.
 */
function spreadBound(
  { members, timeline }: RoomState,
  reports: MemberReports,
  now: RoomUs,
): number | undefined {
  const sounding = members
    .map((member) => reports.get(member.speakerId))
    .filter((received) => isOnline(received, now))
    .map(({ report }) => report)
    .filter((report) => isSynchronized(report) && report.playout.state === 'SOUNDING')
    .filter((report) => report.playout.epoch === timeline.epoch);
  const ofPairs = sounding.flatMap((a, i) => sounding.slice(i + 1).map((b) => distanceBound(a, b)));
  return ofPairs.length > 0 ? Math.max(...ofPairs) : undefined;
}

function distanceBound(a: Report, b: Report): number {
  return Math.abs(a.playout.errorUs - b.playout.errorUs) + uncertaintyUs(a) + uncertaintyUs(b);
}

function uncertaintyUs({ clock, playout }: Report): number {
  return Math.max(0, clock.errorBoundUs) + Math.max(0, playout.errorBoundUs);
}
