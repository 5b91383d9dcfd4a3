import { join as joinPath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { Subscriber } from 'zeromq';
import { readReference } from '../../bench/measure/reference.ts';
import { measureRoom, type RoomReport, type SpeakerReport } from '../../bench/measure/spread.ts';
import { RoomEvent, type RoomStatus } from '../../protos/index.ts';
import { roomPorts } from '../coordinator/ports.ts';
import { monotonicClock } from '../local-clock.ts';
import { clientOptions } from '../net/socket-keys.ts';
import { KeyRing } from '../security/key-ring.ts';
import { proofFrame } from '../security/proof.ts';
import { findLocalKeys } from '../security/runtime-keys.ts';
import { Household } from './household.ts';
import { recordingsOf } from './listening.ts';
import { song } from './music.ts';

// Two speakers play; others join: one that has never been there, and one that has, twice.

const present = { kitchen: -35, study: 48 };
const joiners = ['bathroom', 'bathroom again', 'bathroom once more'];
const joinLimitUs = 1_000_000;
const spreadLimitUs = 150;

const home = new Household();
const startedUs: Record<string, number> = {};
const events: RoomEvent[] = [];
let firstJoinUs = 0;
let before: RoomStatus | undefined;
let after: RoomStatus | undefined;
let room: RoomReport | undefined;

test.before(async () => {
  await home.start();
  for (const [name, ppm] of Object.entries(present)) home.addSpeaker(name, { ppm });
  await home.waitForSpeakers(2);
  await home.do('add', song);
  await home.do('play');
  await sleep(2000);
  before = await home.status();
  const listener = listen(events);
  firstJoinUs = monotonicClock();
  for (const recording of joiners) await join(recording);
  after = await home.status();
  listener.close();
  await home.stopPrograms();
  const recordings = await recordingsOf(home, [...Object.keys(present), ...joiners]);
  room = measureRoom(recordings, [await readReference(song)], {
    fromUs: firstJoinUs - 1_000_000,
    toUs: monotonicClock(),
  });
});

test.after.always(() => home.stop());
test.afterEach.always((t) => {
  if (!t.passed && home.warnings) t.log(home.warnings);
});
process.on('exit', () => home.killAll());

/** Starts the speaker, and stops it when it has sounded for a while. */
async function join(recording: string): Promise<void> {
  const fromUs = monotonicClock();
  startedUs[recording] = fromUs;
  const speaker = home.addSpeaker('bathroom', { ppm: 22, record: home.recordingOf(recording) });
  await home.waitFor((status) => hasSoundedSince(status, fromUs), 8000, `${recording} to sound`);
  await sleep(1000);
  if (recording !== joiners.at(-1)) await speaker.stop();
}

function hasSoundedSince({ speakers }: RoomStatus, fromUs: number): boolean {
  const bathroom = speakers.find(({ member }) => member.name === 'bathroom');
  const isOfThisRun = (bathroom?.reportAgeMs ?? Infinity) * 1000 < monotonicClock() - fromUs;
  return isOfThisRun && bathroom?.report?.playout.state === 'SOUNDING';
}

/** Collects the room's events, heartbeats apart. */
function listen(into: RoomEvent[]): Subscriber {
  // As a member that is there: nobody else is let in.
  const ring = new KeyRing(joinPath(home.directory, 'cache', Object.keys(present)[0] ?? '', 'keys.json'));
  ring.load();
  const server = findLocalKeys('127.0.0.1', home.port, home.environment)?.server;
  if (!server) throw new Error('the coordinator has left no keys');
  const keys = { own: ring.own, server, proof: proofFrame(ring.own, server) };
  const subscriber = new Subscriber(clientOptions(keys));
  subscriber.connect(`tcp://127.0.0.1:${roomPorts(home.port, 0).eventsPort}`);
  subscriber.subscribe();
  void (async () => {
    for await (const [bytes] of subscriber) {
      const event = bytes && RoomEvent.decode(bytes);
      if (event && event.body.kind !== 'heartbeat') into.push(event);
    }
  })();
  return subscriber;
}

function heard(name: string): SpeakerReport {
  const speaker = room?.speakers.find((one) => one.name === name);
  if (!speaker) throw new Error(`nothing was recorded of ${name}`);
  return speaker;
}

test('a speaker that joins is audible within 1 s of its start', (t) => {
  const afterUs = joiners.map((name) => (heard(name).onsetTrueUs ?? Infinity) - (startedUs[name] ?? 0));
  const figures = `it sounded ${afterUs.map((us) => Math.round(us / 1000)).join(', ')} ms after its start`;
  t.log(figures);
  // The best of three, since what else runs here takes its time too.
  t.true(Math.min(...afterUs) <= joinLimitUs, figures);
});

test('it is in place from its first note on', (t) => {
  for (const name of joiners) {
    const { errorUs, disturbances } = heard(name);
    t.true(errorUs.max <= spreadLimitUs, `${name} was up to ${errorUs.max} µs off`);
    t.deepEqual(disturbances, [], name);
  }
});

test('nothing changes in what the others play', (t) => {
  for (const name of Object.keys(present)) t.deepEqual(heard(name).disturbances, [], name);
  const p99 = room?.spread.p99 ?? Number.NaN;
  t.true(p99 <= spreadLimitUs, `spread p99 ${p99} µs`);
});

test('the room begins no new epoch, and tells the others nothing but that a member is there', (t) => {
  t.is(after?.epoch, before?.epoch);
  t.deepEqual(new Set(events.map(({ body }) => body.kind)), new Set(['members']));
});

test("the others' counters stay", (t) => {
  for (const name of Object.keys(present)) {
    const counters = (status: RoomStatus | undefined) => {
      const playout = status?.speakers.find(({ member }) => member.name === name)?.report?.playout;
      const { xruns, resyncs, lateStarts, gaps } = playout ?? {};
      return { xruns, resyncs, lateStarts, gaps };
    };
    t.deepEqual(counters(after), counters(before), name);
  }
});
