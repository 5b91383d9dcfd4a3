import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type Recording, readRecording, timeRange } from '../../bench/measure/recording.ts';
import { readReference } from '../../bench/measure/reference.ts';
import { measureRoom } from '../../bench/measure/spread.ts';
import { buildRig } from '../../bench/rig/tools.ts';
import type { PlayoutReport, RoomStatus } from '../../protos/index.ts';
import { Household } from './household.ts';
import type { Stretch } from './listening.ts';
import { song } from './music.ts';

// Two speakers on ALSA devices that record what they consumed; one is pulled while it plays and put back, and
// both are closed after a while of nothing to play. One has a mixer, too.

const spreadLimitUs = 200;
const idleCloseS = 2;
const home = new Household();
const absent = join(home.directory, 'absent');
const mixer = join(home.directory, 'mixer');
const isBuilt = buildPlugin();
const withAlsa = isBuilt ? test.serial : test.serial.skip;
let volumes = '';
let putBack: Stretch = { fromUs: 0, toUs: 0 };
let again: Stretch = { fromUs: 0, toUs: 0 };
let pulled: RoomStatus | undefined;
let back: RoomStatus | undefined;
let rested: RoomStatus | undefined;
let awake: RoomStatus | undefined;

test.before(async () => {
  if (!isBuilt) return;
  await home.start();
  for (const name of ['kitchen', 'usb']) {
    const flags = ['--device', name, '--idle-close-s', `${idleCloseS}`];
    home.addSpeakerWith(name, name === 'kitchen' ? [...flags, '--mixer', 'headphone'] : flags);
  }
  await home.waitForSpeakers(2, 20_000);
  await home.do('add', song);
  await home.do('play');
  await home.waitFor(areAll('SOUNDING'), 10_000, 'both speakers to play');
  await sleep(1500);
  await home.do('volume', '40', '--speaker', 'kitchen');
  writeFileSync(absent, '');
  pulled = await home.waitFor((status) => playoutOf(status, 'usb')?.state === 'FAILED', 5000, 'the failure');
  await sleep(1500);
  rmSync(absent);
  back = await home.waitFor(areAll('SOUNDING'), 5000, 'the speaker to play on');
  putBack = await listen();
  volumes = readFileSync(mixer, 'utf8');
  await home.do('pause');
  rested = await home.waitFor(areAll('IDLE'), 10_000, 'the devices to be closed');
  await home.do('play');
  await home.waitFor(areAll('SOUNDING'), 10_000, 'both speakers to play again');
  again = await listen();
  awake = await home.status();
  await home.stopPrograms();
});

test.after.always(() => home.stop());
process.on('exit', () => home.killAll());

/** Lets them play for a while. */
async function listen(): Promise<Stretch> {
  const fromUs = nowUs();
  await sleep(3000);
  return { fromUs, toUs: nowUs() };
}

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
        dac('usb', 37, `absent "${absent}"`) +
        `ctl_type.jamtest { lib "${buildMixer()}" }\nctl.kitchen { type jamtest state "${mixer}" }\n`,
    );
    writeFileSync(mixer, 'headphone 100 100 plain 31 switch 1');
    process.env.ALSA_CONFIG_PATH = config;
    return true;
  } catch {
    return false;
  }
}

/** The simulated mixer of the sinks' tests, which keeps its values in a file. */
function buildMixer(): string {
  const source = new URL('../speaker/playout/sinks/test-mixer.fixture.c', import.meta.url).pathname;
  const built = join(home.directory, 'test-mixer.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-DPIC', source, '-o', built, '-lasound'], { stdio: 'pipe' });
  return built;
}

function playoutOf(status: RoomStatus | undefined, name: string): PlayoutReport | undefined {
  return status?.speakers.find(({ member }) => member.name === name)?.report?.playout;
}

function areAll(state: PlayoutReport['state']) {
  return ({ speakers }: RoomStatus): boolean =>
    speakers.length === 2 && speakers.every(({ report }) => report?.playout.state === state);
}

/** The devices' true time, µs. */
function nowUs(): number {
  return Date.now() * 1000;
}

/** What a device recorded while it was open at a time: it begins a new file each time it is opened. */
async function recordingAt(name: string, trueUs: number): Promise<Recording> {
  for (let opened = 1; ; opened++) {
    const path = home.recordingOf(name) + (opened === 1 ? '' : `.${opened}`);
    const recording = await readRecording(path);
    if ((timeRange(recording)?.toUs ?? 0) > trueUs) return recording;
  }
}

/** How far apart the two were over a stretch of true time, and how often they were compared. */
async function measure({ fromUs, toUs }: Stretch): Promise<{ spreadUs: number; times: number }> {
  const names = ['kitchen', 'usb'];
  const recordings = await Promise.all(
    names.map(async (name) => ({ name, recording: await recordingAt(name, fromUs) })),
  );
  const room = measureRoom(recordings, [await readReference(song)], { fromUs, toUs });
  return { spreadUs: room.spread.p99, times: room.spreadUs.filter((us) => us !== null).length };
}

withAlsa('a device that is pulled is told of in the status, and the others play on', (t) => {
  const usb = pulled?.speakers.find(({ member }) => member.name === 'usb');
  t.regex(usb?.report?.problem ?? '', /the sound device "usb"/);
  t.is(playoutOf(pulled, 'kitchen')?.state, 'SOUNDING');
});

withAlsa('put back, it plays on by itself, in place', async (t) => {
  t.is(back?.speakers.find(({ member }) => member.name === 'usb')?.report?.problem, '');
  const { spreadUs, times } = await measure(putBack);
  t.log(`spread p99 ${spreadUs.toFixed(1)} µs`);
  t.true(times > 20, `compared at ${times} times`);
  t.true(spreadUs <= spreadLimitUs, `spread p99 ${spreadUs} µs`);
});

withAlsa('after a while with nothing to play the devices are closed, without a complaint', (t) => {
  for (const { member, report } of rested?.speakers ?? []) t.is(report?.problem, '', member.name);
});

withAlsa('they are open again in time for the next play: nobody is late', async (t) => {
  for (const name of ['kitchen', 'usb']) {
    t.is(playoutOf(awake, name)?.lateStarts, playoutOf(rested, name)?.lateStarts, name);
  }
  const { spreadUs, times } = await measure(again);
  t.log(`spread p99 ${spreadUs.toFixed(1)} µs`);
  t.true(times > 20, `compared at ${times} times`);
  t.true(spreadUs <= spreadLimitUs, `spread p99 ${spreadUs} µs`);
});

withAlsa('a volume moves the card’s own, where that is asked for', (t) => {
  t.regex(volumes, /^headphone 40 40 /);
});
