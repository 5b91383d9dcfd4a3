import test from 'ava';
import type { Report } from '../../../protos/index.ts';
import { roomUs } from '../../units.ts';
import type { MemberReports } from './member-reports.ts';
import { playing, reportOf, trackOf } from './room.fixture.ts';
import { type Beginning, chooseLeadUs } from './start-time.ts';

const item = { itemId: 'i1', track: trackOf(1, 100) };
const held = [{ hash: item.track.hash, ratio: 1 }];
const now = roomUs(1e9);
const beginning = { item, frame: 0, standsBy: true };
const lead = (reports: Report[], changes: Partial<Beginning> = {}) =>
  chooseLeadUs(received(reports), now, { ...beginning, ...changes });

function received(reports: Report[], ageS = 0): MemberReports {
  const receivedRoomUs = roomUs(now - ageS * 1e6);
  return new Map(reports.map((report) => [report.speakerId, { report, receivedRoomUs }]));
}

test('without members a start has the shortest lead', (t) => {
  t.is(chooseLeadUs(new Map(), now, beginning), 30_000);
});

test('a member needs its own lead, half the round trip, and a margin', (t) => {
  t.is(lead([reportOf('a', { held, leadUs: 70_000 })]), 70_000 + 1000 + 5000);
});

test('the slowest member decides', (t) => {
  t.is(lead([reportOf('a', { held }), reportOf('b', { held, leadUs: 150_000 })]), 156_000);
});

test('a member that does not hold the track has the time to fetch it', (t) => {
  t.is(lead([reportOf('a')]), 396_000);
});

test('a member that does not have the place open has the time to open it', (t) => {
  t.is(lead([reportOf('a', { held })], { standsBy: false }), 96_000);
});

test('a track held in part needs no fetching where it covers the start', (t) => {
  const half = [{ hash: item.track.hash, ratio: 0.5 }];
  t.is(lead([reportOf('a', { held: half })], { frame: 40 * 44_100 }), 76_000);
  t.is(lead([reportOf('a', { held: half })], { frame: 60 * 44_100 }), 396_000);
});

test('a stop needs no track', (t) => {
  t.is(chooseLeadUs(received([reportOf('a')]), now), 76_000);
});

test('nobody holds up the room for longer than 400 ms, or 500 ms to fetch', (t) => {
  t.is(lead([reportOf('a', { held, leadUs: 5e6 })]), 400_000);
  t.is(lead([reportOf('a', { leadUs: 5e6 })]), 500_000);
});

test('who is offline, not synchronized, or has no working device does not count', (t) => {
  const slow = { held, leadUs: 300_000 };
  const { clock } = reportOf('a');
  t.is(chooseLeadUs(received([reportOf('a', slow)], 3.1), now, beginning), 30_000);
  t.is(lead([reportOf('a', { ...slow, clock: { ...clock, state: 'ACQUIRING' } })]), 30_000);
  t.is(lead([reportOf('a', { ...slow, playout: { ...playing, state: 'FAILED' } })]), 30_000);
});
