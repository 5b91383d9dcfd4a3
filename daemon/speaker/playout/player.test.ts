import test from 'ava';
import type { QueueItem, Timeline, Track } from '../../../protos/index.ts';
import { localUs } from '../../units.ts';
import { type Plan, planOf } from './plan.ts';
import { mapOf, rampTrack, SimulatedSpeaker } from './simulated-speaker.fixture.ts';

const second = 1e6;
const offsetUs = 5e9;

function item(track: Track): QueueItem {
  return { itemId: `item-${track.title}`, track };
}

function playing(items: QueueItem[], anchorRoomUs: number, anchorFrame = 0, epoch = 1): Plan {
  const itemId = items[0]?.itemId ?? '';
  return plan({ epoch, state: 'PLAYING', itemId, anchorFrame, anchorRoomUs, clockId: 'clock' }, items);
}

function plan(timeline: Timeline, items: QueueItem[]): Plan {
  const made = planOf(timeline, { items });
  if (!made) throw new Error('the timeline plays an item that is not among the upcoming ones');
  return made;
}

function paused(anchorRoomUs: number, epoch: number): Plan {
  return plan({ epoch, state: 'PAUSED', itemId: '', anchorFrame: 0, anchorRoomUs, clockId: 'clock' }, []);
}

/** Largest |heard − intended| in µs over a stretch of local time, for a track that was at frame 0 at startUs. */
function worstErrorUs(
  speaker: SimulatedSpeaker,
  rate: number,
  startUs: number,
  fromUs: number,
  toUs: number,
): number {
  let worst = 0;
  for (let at = fromUs; at < toUs; at += 1237) {
    const position = speaker.positionAt(at);
    if (position === undefined) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, Math.abs(((at - startUs) / 1e6 - position / rate) * 1e6));
  }
  return worst;
}

for (const [dacPpm, rates] of [
  [-60, [44100, 22050]],
  [0, [48000]],
  [37, [44100, 48000]],
] as const) {
  for (const rate of rates) {
    test(`a ${rate} Hz track is in place from its first frame on, on a DAC ${dacPpm} ppm off`, (t) => {
      const speaker = new SimulatedSpeaker(1000 * second, dacPpm);
      speaker.player.setClockMap(mapOf(offsetUs));
      speaker.runUntil(1003 * second);
      const startUs = speaker.nowUs + 120_000;
      speaker.player.setPlan(playing([item(rampTrack('a', 20, rate))], startUs + offsetUs));
      speaker.runUntil(startUs + 15 * second);
      const early = worstErrorUs(speaker, rate, startUs, startUs + 3000, startUs + second);
      const later = worstErrorUs(speaker, rate, startUs, startUs + second, startUs + 14 * second);
      t.true(early < 20, `the first second was up to ${early} µs off`);
      t.true(later < 15, `then it was up to ${later} µs off`);
      t.deepEqual(speaker.glitches, []);
    });
  }
}

test('a clock that drifts by 50 ppm is followed', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, -30);
  const map = mapOf(offsetUs, 50, 1000 * second);
  speaker.player.setClockMap(map);
  speaker.runUntil(1003 * second);
  const startRoomUs = 1003.2 * second + offsetUs + 3.2 * 50;
  speaker.player.setPlan(playing([item(rampTrack('a', 30))], startRoomUs));
  speaker.runUntil(1015 * second);
  const at = 1013 * second;
  const roomUs = at + offsetUs + 13 * 50;
  const errorUs = roomUs - startRoomUs - ((speaker.positionAt(at) ?? 0) / 44100) * 1e6;
  t.true(Math.abs(errorUs) < 15, `${errorUs} µs late after 10 s`);
});

test('told to end, it fades out behind what was written ahead, within half a second', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 20);
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.player.setPlan(playing([item(rampTrack('a', 60))], 1001 * second + offsetUs));
  speaker.runUntil(1021 * second);
  const toldUs = speaker.nowUs;
  const loud = speaker.sampleAt(toldUs - 10_000) ?? 0;
  const silentMs = speaker.player.fadeOut();
  t.true(silentMs > 20 && silentMs < 500, `silent after ${silentMs} ms`);
  speaker.runUntil(toldUs + silentMs * 1000);
  speaker.player.close();
  const at = (ms: number): number => speaker.sampleAt(toldUs + ms * 1000) ?? Number.NaN;
  // Silent 25 ms before it is taken for that.
  const fadedMs = silentMs - 25;
  t.true(Math.abs(at(fadedMs - 25) / loud - 1) < 0.02, `${at(fadedMs - 25)} before the fade, not ${loud}`);
  t.true(Math.abs(at(fadedMs - 10) / loud - 0.5) < 0.05, `${at(fadedMs - 10)} half-way, not half ${loud}`);
  t.true(Math.abs(at(fadedMs - 0.5)) < 0.01 * loud, `${at(fadedMs - 0.5)} at the end`);
});

test('told to end with its device closed, it is silent already', (t) => {
  t.is(new SimulatedSpeaker(1000 * second, 20).player.fadeOut(), 0);
});

test('a speaker that joins in the middle is in place as soon as it sounds', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 25);
  const startUs = 990 * second;
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.player.setPlan(playing([item(rampTrack('a', 60))], startUs + offsetUs));
  speaker.runUntil(1004 * second);
  const worst = worstErrorUs(speaker, 44100, startUs, 1000.5 * second, 1003 * second);
  t.true(worst < 40, `up to ${worst} µs off`);
  t.deepEqual(speaker.glitches, [], 'joining late is no glitch');
});

test('the next track follows without a gap', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 40);
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.runUntil(1002 * second);
  const startUs = 1002.2 * second;
  const tracks = [rampTrack('a', 3), rampTrack('b', 3), rampTrack('c', 3, 48000)];
  speaker.player.setPlan(playing(tracks.map(item), startUs + offsetUs));
  speaker.runUntil(startUs + 9.5 * second);
  const secondTrack = worstErrorUs(
    speaker,
    44100,
    startUs + 3 * second,
    startUs + 3.002 * second,
    startUs + 5.9 * second,
  );
  const thirdTrack = worstErrorUs(
    speaker,
    48000,
    startUs + 6 * second,
    startUs + 6.002 * second,
    startUs + 8.9 * second,
  );
  t.true(secondTrack < 15, `the second track was up to ${secondTrack} µs off`);
  t.true(thirdTrack < 15, `the third track, of another rate, was up to ${thirdTrack} µs off`);
  t.is(speaker.sampleAt(startUs + 9.2 * second), 0, 'after the last track there is silence');
  t.deepEqual(speaker.glitches, []);
});

test('a pause takes effect at its time, fading, and a seek goes on elsewhere without a click', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 0);
  const items = [item(rampTrack('a', 60))];
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.runUntil(1002 * second);
  speaker.player.setPlan(playing(items, 1002.2 * second + offsetUs));
  speaker.runUntil(1005 * second);
  speaker.player.setPlan(playing(items, 1005.3 * second + offsetUs, 44100 * 30, 2));
  speaker.runUntil(1007 * second);
  const sought = worstErrorUs(speaker, 44100, 975.3 * second, 1005.31 * second, 1006.8 * second);
  t.true(sought < 15, `after the seek it was up to ${sought} µs off`);
  const before = worstErrorUs(speaker, 44100, 1002.2 * second, 1005 * second, 1005.299 * second);
  t.true(before < 15, `until the seek's time the old position goes on, but it was ${before} µs off`);
  speaker.player.setPlan(paused(1007.4 * second + offsetUs, 3));
  speaker.runUntil(1009 * second);
  t.true((speaker.sampleAt(1007.399 * second) ?? 0) > 0.1, 'it sounds until the pause');
  t.is(speaker.sampleAt(1007.41 * second), 0, 'it is silent after the pause');
  let largestStep = 0;
  for (let at = 1004 * second; at < 1008 * second; at += 20.8) {
    const step = Math.abs((speaker.sampleAt(at + 20.8) ?? 0) - (speaker.sampleAt(at) ?? 0));
    largestStep = Math.max(largestStep, step);
  }
  t.true(largestStep < 0.01, `no step in the sound is larger than the fades make: ${largestStep}`);
});

test('after an xrun it is in place again, and the xrun is counted', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 10);
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.runUntil(1002 * second);
  const startUs = 1002.2 * second;
  speaker.player.setPlan(playing([item(rampTrack('a', 60))], startUs + offsetUs));
  speaker.runUntil(1005 * second);
  speaker.nowUs += 400_000;
  speaker.runUntil(1008 * second);
  const worst = worstErrorUs(speaker, 44100, startUs, 1006 * second, 1007.5 * second);
  t.true(worst < 30, `up to ${worst} µs off`);
  t.deepEqual(
    speaker.glitches.map((glitch) => glitch.kind),
    ['xrun'],
  );
});

test('when data stops it fades out, and goes on in place when data is back', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 10);
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.runUntil(1002 * second);
  const startUs = 1002.2 * second;
  speaker.player.setPlan(playing([item(rampTrack('a', 60))], startUs + offsetUs));
  speaker.runUntil(1005 * second);
  speaker.held = false;
  speaker.runUntil(1006 * second);
  t.is(speaker.player.report(localUs(speaker.nowUs)).state, 'STARVED');
  speaker.held = true;
  speaker.runUntil(1008 * second);
  const worst = worstErrorUs(speaker, 44100, startUs, 1006.5 * second, 1007.5 * second);
  t.true(worst < 15, `up to ${worst} µs off`);
  t.deepEqual(
    speaker.glitches.map((glitch) => glitch.kind),
    ['gap'],
  );
});

test('a start that comes too late begins in place, and counts as late', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 10);
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.runUntil(1002 * second);
  const startUs = 1001.9 * second;
  speaker.player.setPlan(playing([item(rampTrack('a', 60))], startUs + offsetUs));
  speaker.runUntil(1005 * second);
  const worst = worstErrorUs(speaker, 44100, startUs, 1002.2 * second, 1004.5 * second);
  t.true(worst < 30, `up to ${worst} µs off`);
  t.deepEqual(
    speaker.glitches.map((glitch) => glitch.kind),
    ['late start'],
  );
});

test('a delay behind the DAC is made up for', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 0);
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.player.setDelay(7000);
  speaker.runUntil(1002 * second);
  const startUs = 1002.3 * second;
  speaker.player.setPlan(playing([item(rampTrack('a', 60))], startUs + offsetUs));
  speaker.runUntil(1005 * second);
  const worst = worstErrorUs(speaker, 44100, startUs - 7000, 1003 * second, 1004.5 * second);
  t.true(worst < 15, `up to ${worst} µs off from 7 ms early`);
});

test('the lead that a speaker tells covers what follows its DAC', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 0);
  speaker.runUntil(1002 * second);
  const { leadUs } = speaker.player.report(localUs(1002 * second));
  for (const delayUs of [90_000, -20_000]) {
    speaker.player.setDelay(delayUs);
    t.is(speaker.player.report(localUs(1002 * second)).leadUs, leadUs + delayUs);
  }
});

for (const stepUs of [1000, 10_000]) {
  test(`a device that reports in steps of ${stepUs} µs is in place within twice a fine one's error`, (t) => {
    const speaker = new SimulatedSpeaker(1000 * second, 33, stepUs);
    speaker.player.setClockMap(mapOf(offsetUs));
    speaker.runUntil(1040 * second, 7777);
    const startUs = 1040.3 * second;
    speaker.player.setPlan(playing([item(rampTrack('a', 80))], startUs + offsetUs));
    speaker.runUntil(1060 * second, 7777);
    const worst = worstErrorUs(speaker, 44100, startUs, startUs + 3000, 1059 * second);
    t.true(worst < 50, `up to ${worst} µs off`);
  });
}

test('a map of another clock silences the room rather than play at a wrong time', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 0);
  speaker.player.setClockMap({ ...mapOf(offsetUs), clockId: 'another' });
  speaker.player.setPlan(playing([item(rampTrack('a', 60))], 1001 * second + offsetUs));
  speaker.runUntil(1005 * second);
  t.is(speaker.sampleAt(1004 * second), 0);
});

test('with nothing to play for long the device is closed, and a start at the lead it tells is still in time', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 25, 0, 5);
  const report = () => speaker.player.report(localUs(speaker.nowUs));
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.runUntil(1004 * second);
  t.like(report(), { state: 'SILENT' });
  const awake = report();
  speaker.runUntil(1008 * second);
  t.like(report(), { state: 'IDLE', problem: '' });
  t.true(Math.abs(report().dacPpm - 25) < 1, 'the crystal is still known');
  t.true(report().leadUs > awake.leadUs, 'opening it takes time');
  const startUs = speaker.nowUs + report().leadUs;
  speaker.player.setPlan(playing([item(rampTrack('a', 20))], startUs + offsetUs));
  speaker.player.tick(localUs(speaker.nowUs));
  speaker.runUntil(startUs + 6 * second);
  const worst = worstErrorUs(speaker, 44100, startUs, startUs + 3000, startUs + 5 * second);
  t.true(worst < 30, `up to ${worst} µs off`);
  t.deepEqual(speaker.glitches, []);
});

test('a device that was closed in idleness and asked too late says so', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 25, 0, 5);
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.runUntil(1008 * second);
  const startUs = speaker.nowUs + 20_000;
  speaker.player.setPlan(playing([item(rampTrack('a', 20))], startUs + offsetUs));
  speaker.player.tick(localUs(speaker.nowUs));
  speaker.runUntil(startUs + 3 * second);
  t.deepEqual(
    speaker.glitches.map((glitch) => glitch.kind),
    ['late start'],
  );
});

test('what is to come keeps the device open, however far off', (t) => {
  const speaker = new SimulatedSpeaker(1000 * second, 25, 0, 5);
  speaker.player.setClockMap(mapOf(offsetUs));
  speaker.player.setPlan(playing([item(rampTrack('a', 2))], 1015 * second + offsetUs));
  speaker.runUntil(1014 * second);
  t.is(speaker.player.state, 'SILENT');
  speaker.runUntil(1021 * second);
  t.is(speaker.player.state, 'SILENT');
  speaker.runUntil(1023 * second);
  t.is(speaker.player.state, 'IDLE');
});
