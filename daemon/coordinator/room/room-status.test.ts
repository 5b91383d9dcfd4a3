import test from 'ava';
import type { Report } from '../../../protos/index.ts';
import { roomUs } from '../../units.ts';
import type { MemberReports } from './member-reports.ts';
import { after, emptyRoom, LEAD_US, playing, reportOf, trackOf } from './room.fixture.ts';
import { statusOf } from './room-status.ts';

const stopped = after(emptyRoom(), { kind: 'add', tracks: [trackOf(1, 60)] }, 0);
const started = after(stopped, { kind: 'play' }, 10);
const members = ['a', 'b', 'c'].map((speakerId) => ({
  speakerId,
  name: speakerId,
  volume: 100,
  muted: false,
  delayUs: 0,
}));
const at = (seconds: number) => roomUs(seconds * 1e6);

/** A speaker's report in the started room's epoch, so many µs late. */
function sounding(speakerId: string, errorUs: number, changes: Partial<Report['playout']> = {}): Report {
  const { epoch } = started.timeline;
  return reportOf(speakerId, { playout: { ...playing, epoch, errorUs, ...changes } });
}

function reports(...list: Report[]): MemberReports {
  return new Map(list.map((report) => [report.speakerId, { report, receivedRoomUs: at(20) }]));
}

const bound = (...list: Report[]) =>
  statusOf({ ...started, members }, reports(...list), at(20)).spreadBoundUs;

test('the position is what is heard; a start that is not heard yet says in how long', (t) => {
  const accepted = statusOf(started, new Map(), at(10));
  t.like(accepted, { state: 'PLAYING', positionS: 0, startInMs: LEAD_US / 1000 });
  t.like(statusOf(started, new Map(), at(13.1)), { positionS: 3, startInMs: 0 });
});

test('until a pause is heard, the position goes on', (t) => {
  const paused = after(started, { kind: 'pause' }, 20.1);
  t.is(statusOf(paused, new Map(), at(20.15)).positionS.toFixed(3), '10.050');
  t.is(statusOf(paused, new Map(), at(30)).positionS.toFixed(3), '10.100');
});

test('a speaker is online with a report of the last 3 s', (t) => {
  const status = (seconds: number) =>
    statusOf({ ...started, members }, reports(sounding('a', 0)), at(seconds)).speakers[0];
  t.like(status(22.9), { online: true, reportAgeMs: 2900 });
  t.like(status(23.1), { online: false });
});

test('the spread bound is the greatest distance of two errors, with what both can be wrong', (t) => {
  t.is(bound(sounding('a', 10), sounding('b', -30), sounding('c', 0)), 40 + 2 * (20 + 5));
});

test('who is not sounding in this epoch is no part of the spread', (t) => {
  const silent = sounding('b', 500, { state: 'SILENT' });
  t.is(bound(sounding('a', 0), silent), undefined);
  t.is(bound(sounding('a', 0), sounding('b', 500, { epoch: 1 })), undefined);
  t.is(bound(sounding('a', 0)), undefined);
});
