import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { readRecording } from '../../bench/measure/recording.ts';
import { readReference } from '../../bench/measure/reference.ts';
import { measureRoom, type RoomReport } from '../../bench/measure/spread.ts';
import { buildRig } from '../../bench/rig/tools.ts';
import type { PlayoutReport, RoomStatus } from '../../protos/index.ts';
import { Household } from './household.ts';
import { song } from './music.ts';

// Two speakers on ALSA devices that record what they consumed; one is pulled while it plays and put back, and
// both are closed after a while of nothing to play.

const spreadLimitUs = 200;
const idleCloseS = 2;
const home = new Household();
const isBuilt = buildPlugin();
const withAlsa = isBuilt ? test.serial : test.serial.skip;
const absent = join(home.directory, 'absent');
let pulled: RoomStatus | undefined;
let back: RoomStatus | undefined;
let rested: RoomStatus | undefined;
let awake: RoomStatus | undefined;

test.before(async () => {
  if (!isBuilt) return;
  await home.start();
  for (const name of ['kitchen', 'usb']) {
    home.addSpeakerWith(name, ['--device', name, '--idle-close-s', `${idleCloseS}`]);
  }
  await home.waitForSpeakers(2, 20_000);
  await home.do('add', song);
  await home.do('play');
  await home.waitFor(areAll('SOUNDING'), 10_000, 'both speakers to play');
  await sleep(1500);
  writeFileSync(absent, '');
  pulled = await home.waitFor((status) => playoutOf(status, 'usb')?.state === 'FAILED', 5000, 'the failure');
  await sleep(1500);
  rmSync(absent);
  back = await home.waitFor(areAll('SOUNDING'), 5000, 'the speaker to play on');
  await sleep(3000);
  await home.do('pause');
  rested = await home.waitFor(areAll('IDLE'), 10_000, 'the devices to be closed');
  await home.do('play');
  await home.waitFor(areAll('SOUNDING'), 10_000, 'both speakers to play again');
  await sleep(3000);
  awake = await home.status();
  await home.stopPrograms();
});

test.after.always(() => home.stop());
process.on('exit', () => home.killAll());

/** Where gcc and ALSA's headers are: the devices are a plugin of libasound. */
function buildPlugin(): boolean {
  try {
    const { plugin } = buildRig(false);
    const config = join(home.directory, 'asound.conf');
    const dac = (name: string, ppm: number, extra = '') =>
      `pcm.${name} { type jamdac record "${home.recordingOf(name)}" rates "48000" ppm ${ppm} ${extra} }\n`;
    writeFileSync(
      config,
      `</usr/share/alsa/alsa.conf>\npcm_type.jamdac { lib "${plugin}" }\n${dac('kitchen', -24)}` +
        dac('usb', 37, `absent "${join(home.directory, 'absent')}"`),
    );
    process.env.ALSA_CONFIG_PATH = config;
    return true;
  } catch {
    return false;
  }
}

function playoutOf(status: RoomStatus | undefined, name: string): PlayoutReport | undefined {
  return status?.speakers.find(({ member }) => member.name === name)?.report?.playout;
}

function areAll(state: PlayoutReport['state']) {
  return ({ speakers }: RoomStatus): boolean =>
    speakers.length === 2 && speakers.every(({ report }) => report?.playout.state === state);
}

/** How far apart the two were in what their devices recorded since they were opened for the nth time. */
async function measure(kitchenFile: string, usbFile: string): Promise<RoomReport> {
  const recordings = [
    { name: 'kitchen', recording: await readRecording(kitchenFile) },
    { name: 'usb', recording: await readRecording(usbFile) },
  ];
  return measureRoom(recordings, [await readReference(song)]);
}

withAlsa('a device that is pulled is told of in the status, and the others play on', (t) => {
  const usb = pulled?.speakers.find(({ member }) => member.name === 'usb');
  t.regex(usb?.report?.problem ?? '', /the sound device "usb"/);
  t.is(playoutOf(pulled, 'kitchen')?.state, 'SOUNDING');
});

withAlsa('put back, it plays on by itself, in place', async (t) => {
  t.is(back?.speakers.find(({ member }) => member.name === 'usb')?.report?.problem, '');
  const { spread, spreadUs } = await measure(home.recordingOf('kitchen'), `${home.recordingOf('usb')}.2`);
  t.log(`spread p99 ${spread.p99.toFixed(1)} µs, at most ${spread.max.toFixed(1)} µs`);
  const compared = spreadUs.filter((us) => us !== null).length;
  t.true(compared > 20, `compared at ${compared} times`);
  t.true(spread.p99 <= spreadLimitUs, `spread p99 ${spread.p99} µs`);
});

withAlsa('after a while with nothing to play the devices are closed, without a complaint', (t) => {
  for (const { member, report } of rested?.speakers ?? []) t.is(report?.problem, '', member.name);
});

withAlsa('they are open again in time for the next play: nobody is late', async (t) => {
  for (const name of ['kitchen', 'usb']) {
    t.is(playoutOf(awake, name)?.lateStarts, playoutOf(rested, name)?.lateStarts, name);
  }
  const { spread } = await measure(`${home.recordingOf('kitchen')}.2`, `${home.recordingOf('usb')}.3`);
  t.log(`spread p99 ${spread.p99.toFixed(1)} µs, at most ${spread.max.toFixed(1)} µs`);
  t.true(spread.p99 <= spreadLimitUs, `spread p99 ${spread.p99} µs`);
});
