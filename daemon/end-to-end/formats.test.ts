import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { Aligner } from '../../bench/measure/aligner.ts';
import { ALIKE, Tracks } from '../../bench/measure/position.ts';
import type { Recording } from '../../bench/measure/recording.ts';
import type { Reference } from '../../bench/measure/reference.ts';
import { median } from '../../bench/measure/statistics.ts';
import { trace } from '../../bench/measure/trace.ts';
import type { RoomStatus } from '../../protos/index.ts';
import { fixturePath, MP3_FIXTURES, UNTRIMMED_DELAY_FRAMES, WAV_FIXTURES } from '../media/fixtures/list.ts';
import { sweep } from '../media/fixtures/signal.ts';
import { Household } from './household.ts';
import { recordingsOf, soundIn } from './listening.ts';

// Every kind of track, one after the other without a break, on two speakers. What ought to be heard is worked out
// from the sweep that all of them hold, so that a track that is off by a decoder's delay shows.

const speakerPpm = { kitchen: -42, study: 33 };
const names = Object.keys(speakerPpm);
const placeLimitUs = 150;
const referenceRate = 48_000;
/** Of what is compared at once: in less, a sweep has so few frequencies that it is as like one wave further on. */
const windowUs = 400_000;
/** How often that is done. */
const everyUs = 100_000;

/** A track's place in the queue, in seconds from the beginning of all. */
interface Place {
  readonly name: string;
  readonly fromS: number;
  readonly toS: number;
}

const home = new Household();
const fixtures = [
  ...MP3_FIXTURES.map((one) => ({ ...one, delay: one.gapless ? 0 : UNTRIMMED_DELAY_FRAMES })),
  ...WAV_FIXTURES.map((one) => ({ ...one, delay: 0, audibleFrames: one.frames })),
];
const places = placesOf(fixtures);
const lengthS = places.at(-1)?.toS ?? 0;
/** Of each speaker: µs later than the middle of all, at places in the queue. */
const lates: Record<string, { atS: number; lateUs: number }[]> = {};
/** Of each speaker: the room time at which the queue's beginning was heard, µs. */
const beginnings: Record<string, number> = {};
let atEnd: RoomStatus | undefined;

test.before(async () => {
  await home.start();
  for (const [name, ppm] of Object.entries(speakerPpm)) home.addSpeaker(name, { ppm });
  await home.waitForSpeakers(2);
  await home.do('add', ...fixtures.map(({ name }) => fixturePath(name)));
  await home.do('play');
  await sleep(lengthS * 1000);
  atEnd = await home.waitFor(({ state }) => state === 'STOPPED', 5000, 'the end of the queue');
  await sleep(200);
  await home.stopPrograms();
  const expected = reference();
  const tracks = new Tracks([expected]);
  for (const { name, recording } of await recordingsOf(home, names)) {
    const sound = soundIn(recording, { fromUs: -Infinity, toUs: Infinity });
    if (!sound) throw new Error(`${name} was silent`);
    const timesUs = Array.from({ length: (lengthS * 1e6) / everyUs }, (_, i) => sound.fromUs + i * everyUs);
    const found = trace(recording, tracks, timesUs).map(
      (position, i) => position && (timesUs[i] ?? 0) - position.us,
    );
    const positions = positionsIn(recording, expected, median(found.filter((one) => one !== null)), timesUs);
    const beganUs = median(positions.map((one) => one.beganUs));
    beginnings[name] = beganUs;
    lates[name] = positions.map((one) => ({ atS: one.atS, lateUs: one.beganUs - beganUs }));
  }
});

/**
 * Where in the queue a speaker was. Some tracks hold the same sweep, so each is looked for where it ought to be.
 * @param beganAboutUs the beginning of all as most of what was found without knowing it says
 */
function positionsIn(
  recording: Recording,
  expected: Reference,
  beganAboutUs: number,
  timesUs: readonly number[],
) {
  const aligner = new Aligner(recording, windowUs);
  return timesUs.flatMap((trueUs) => {
    const frame = ((trueUs - beganAboutUs) * expected.rate) / 1e6;
    const found = aligner.align(expected, trueUs, { frame, speedPpm: 0 });
    if (!found || found.correlation < ALIKE) return [];
    const positionUs = (found.frame / expected.rate) * 1e6;
    return [{ atS: positionUs / 1e6, beganUs: trueUs - positionUs }];
  });
}

test.after.always(() => home.stop());
process.on('exit', () => home.killAll());

function placesOf(all: readonly { name: string; rate: number; audibleFrames: number }[]): Place[] {
  let atS = 0;
  return all.map(({ name, rate, audibleFrames }) => {
    const fromS = atS;
    atS += audibleFrames / rate;
    return { name, fromS, toS: atS };
  });
}

/** What ought to be heard, all channels mixed to one. */
function reference(): Reference {
  const samples = new Float32Array(Math.ceil(lengthS * referenceRate));
  fixtures.forEach((fixture, i) => {
    const { fromS = 0, toS = 0 } = places[i] ?? {};
    for (let at = Math.ceil(fromS * referenceRate); at < toS * referenceRate; at++) {
      const frame = (at / referenceRate - fromS) * fixture.rate - fixture.delay;
      if (frame < 0 || frame >= fixture.frames) continue;
      const left = sweep(frame, fixture, 0);
      samples[at] = fixture.channels === 1 ? left : (left + sweep(frame, fixture, 1)) / 2;
    }
  });
  return { samples, rate: referenceRate };
}

for (const { name, fromS, toS } of places.slice(0, MP3_FIXTURES.length)) {
  test(`${name} is heard in place`, (t) => {
    for (const speaker of names) {
      const heard = (lates[speaker] ?? []).filter(({ atS }) => atS > fromS + 0.06 && atS < toS - 0.06);
      t.true(heard.length >= 3, `${speaker}: heard at ${heard.length} times`);
      const worst = Math.max(...heard.map(({ lateUs }) => Math.abs(lateUs)));
      t.true(worst <= placeLimitUs, `${speaker} was up to ${worst} µs off`);
    }
  });
}

test('the WAVs, each of 68 ms, are heard in place, one straight after the other', (t) => {
  const fromS = places[MP3_FIXTURES.length]?.fromS ?? 0;
  for (const speaker of names) {
    const heard = (lates[speaker] ?? []).filter(({ atS }) => atS > fromS + 0.06 && atS < lengthS - 0.06);
    t.true(heard.length >= 5, `${speaker}: heard at ${heard.length} times`);
    const worst = Math.max(...heard.map(({ lateUs }) => Math.abs(lateUs)));
    t.true(worst <= placeLimitUs, `${speaker} was up to ${worst} µs off`);
  }
});

test('both speakers are in the same place', (t) => {
  const [kitchen = Number.NaN, study = Number.NaN] = names.map((name) => beginnings[name]);
  t.true(Math.abs(kitchen - study) <= placeLimitUs, `${kitchen - study} µs apart`);
});

test('nothing ran dry, and no problem is told of', (t) => {
  for (const { member, report } of atEnd?.speakers ?? []) {
    t.is(report?.problem, '', member.name);
    t.like(report?.playout, { resyncs: 0, gaps: 0 }, member.name);
  }
});
