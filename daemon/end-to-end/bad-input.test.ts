import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { measureRoom } from '../../bench/measure/spread.ts';
import { LobbyReply, LobbyRequest, PROTOCOL, type RoomStatus } from '../../protos/index.ts';
import { mediaPort } from '../coordinator/ports.ts';
import { monotonicClock } from '../local-clock.ts';
import { fixturePath } from '../media/fixtures/list.ts';
import { Responder } from '../net/responder.ts';
import { publishKeys } from '../security/runtime-keys.ts';
import { attack } from './attack.ts';
import { freeCoordinatorPort } from './free-ports.ts';
import { Household } from './household.ts';
import { recordingsOf } from './listening.ts';
import { beginning, joined, songPart } from './music.ts';
import { Program } from './program.ts';

// While two speakers play, all that can go wrong is made to; what they played is measured at the end.

const speakerPpm = { kitchen: -38, study: 27 };
const names = Object.keys(speakerPpm);
const spreadLimitUs = 150;

const home = new Household();
const smallDisk = join(home.directory, 'small-disk');
let track = '';
let fromUs = 0;
let atStart: RoomStatus | undefined;

test.before(async () => {
  await home.start();
  for (const [name, ppm] of Object.entries(speakerPpm)) home.addSpeaker(name, { ppm });
  track = await songPart(home.directory, 'song.wav', 0, 44);
  await home.waitForSpeakers(2);
  await home.do('add', track);
  await home.do('play');
  await home.waitFor(areSounding, 5000, 'both speakers to sound');
  await sleep(1500);
  fromUs = monotonicClock();
  atStart = await home.status();
});

test.after.always(async () => {
  await home.stopPrograms();
  if (isMounted) execFileSync('umount', [smallDisk]);
  await home.stop();
});
process.on('exit', () => home.killAll());

function areSounding({ speakers }: RoomStatus): boolean {
  return speakers.every(({ report }) => report?.playout.state === 'SOUNDING');
}

function problemOf(name: string): (status: RoomStatus) => string {
  return ({ speakers }) => speakers.find(({ member }) => member.name === name)?.report?.problem ?? '';
}

/** The warnings and errors in a program's log, but for xruns: those are the machine's. */
function complaints(program: Program): string[] {
  const lines = program.log.split('\n').filter((line) => /"level":"(warn|error)"/.test(line));
  return lines.map((line) => JSON.parse(line).msg).filter((message) => !message.startsWith('xrun:'));
}

for (const [args, exitCode, message] of [
  [['--room', 'kichen', 'play'], 3, /no room "kichen"; there is main/],
  [['volume', '--speaker', 'nobody', '10'], 3, /nobody/],
  [['add', fixturePath('zero.mp3')], 8, /zero\.mp3 is empty/],
  [['add', fixturePath('garbage.mp3')], 8, /garbage\.mp3 isn't music/],
  [['add', '/no/such/file.mp3'], 3, /there is no .*file\.mp3/],
] as const) {
  test.serial(
    `jamctl ${args.map((arg) => arg.split('/').at(-1)).join(' ')} tells what is wrong`,
    async (t) => {
      const result = await home.jamctl(...args);
      t.is(result.exitCode, exitCode, result.output);
      t.regex(result.output, message);
    },
  );
}

test.serial('an upload whose bytes have another checksum is refused, and leaves nothing', async (t) => {
  const hash = 'a'.repeat(64);
  const url = `http://127.0.0.1:${mediaPort(home.port)}/tracks/${hash}`;
  const token = async (upload: boolean) => {
    const reply = await home.askLobby({ kind: 'getMediaToken', hash, upload });
    return { authorization: `Bearer ${reply.kind === 'mediaToken' ? reply.token : reply.kind}` };
  };
  const body = new Uint8Array(5000);
  const refused = await fetch(`${url}?name=wrong.wav`, { method: 'PUT', body, headers: await token(true) });
  t.true(refused.status >= 400 && refused.status < 500, `${refused.status}`);
  t.regex(await refused.text(), /hash|checksum|SHA-256/i);
  t.is((await fetch(url, { headers: await token(false) })).status, 404);
});

test.serial('a second speaker of a name is told so once, and the first one stays', async (t) => {
  const cache = ['--cache-dir', join(home.directory, 'elsewhere')];
  const flags = ['--name', 'kitchen', '--coordinator', `127.0.0.1:${home.port}`, ...cache];
  const second = new Program(
    'daemon/speaker/main.ts',
    [...flags, '--sink', 'sim:ppm=0'],
    [],
    home.environment,
  );
  second.start();
  await until(() => complaints(second).length > 0, 5000, 'the second speaker to complain');
  await sleep(2500);
  await second.stop();
  t.is(complaints(second).length, 1, second.log);
  t.regex(complaints(second)[0] ?? '', /another speaker named "kitchen" is running/);
  t.is((await home.status())?.speakers.length, names.length);
});

test.serial('a speaker that is started twice on a host does not start the second time', async (t) => {
  const cache = ['--cache-dir', join(home.directory, 'cache')];
  const flags = ['--name', 'kitchen', '--coordinator', `127.0.0.1:${home.port}`, ...cache];
  const second = new Program(
    'daemon/speaker/main.ts',
    [...flags, '--sink', 'sim:ppm=0'],
    [],
    home.environment,
  );
  second.start();
  t.is(await second.ended(), 1, second.log);
  t.deepEqual(complaints(second), [
    "the speaker can't start: speaker kitchen runs here already: stop that one, or give this one another --name",
  ]);
});

test.serial('a coordinator of another version is told of by speaker and jamctl', async (t) => {
  const port = await freeCoordinatorPort();
  const lobby = new Responder(async (bytes) => {
    const { requestId } = LobbyRequest.decode(bytes);
    const message = `this coordinator speaks protocol ${PROTOCOL + 1}, you ${PROTOCOL}: update the older one`;
    return LobbyReply.encode({
      protocol: PROTOCOL + 1,
      requestId,
      body: { kind: 'failure', code: 'VERSION', message },
    });
  });
  await lobby.start(`tcp://127.0.0.1:${port}`);
  publishKeys(port, { security: 'none' }, home.environment);
  const at = ['--coordinator', `127.0.0.1:${port}`];
  const speaker = new Program(
    'daemon/speaker/main.ts',
    [...['--name', 'old', '--sink', 'sim:ppm=0', '--cache-dir', join(home.directory, 'cache')], ...at],
    [],
    home.environment,
  );
  const jamctl = new Program('controller/main.ts', [...at, 'status'], [], home.environment);
  speaker.start();
  jamctl.start();
  t.is(await jamctl.ended(), 7, jamctl.log);
  await until(() => complaints(speaker).length > 0, 5000, 'the speaker to complain');
  await speaker.stop();
  lobby.stop();
  t.regex(complaints(speaker)[0] ?? '', /protocol/);
});

for (const [name, flags, message] of [
  ['deaf', ['--device', 'nonexistent'], /no sound device "nonexistent"/],
  ['lost', ['--sink', 'sim:ppm=0,record=/no/such/folder/x.wav'], /can't record to/],
] as const) {
  test.serial(`a speaker with ${flags.join(' ')} says so in one line and in jamctl status`, async (t) => {
    const speaker = home.addSpeakerWith(name, flags);
    await home.waitFor((status) => problemOf(name)(status) !== '', 6000, `${name} to report its problem`);
    // It is tried again each second.
    await sleep(1500);
    t.is(complaints(speaker).filter((line) => message.test(line)).length, 1, speaker.log);
    t.regex(await home.do('status'), message);
    await speaker.stop();
  });
}

let isMounted = false;
const asRoot = process.getuid?.() === 0 ? test.serial : test.serial.skip;
asRoot('a speaker whose disk is full says so, and plays on in place', async (t) => {
  mkdirSync(smallDisk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', smallDisk]);
  isMounted = true;
  const sink = `sim:ppm=0,record=${home.recordingOf('cellar')}`;
  const speaker = home.addSpeakerWith('cellar', ['--sink', sink, '--cache-dir', smallDisk]);
  await home.waitFor((status) => problemOf('cellar')(status) !== '', 6000, 'cellar to report its problem');
  const playFromUs = monotonicClock();
  await sleep(2500);
  await speaker.stop();
  t.is(complaints(speaker).filter((line) => /disk/.test(line)).length, 1, speaker.log);
  const window = { fromUs: playFromUs + 500_000, toUs: playFromUs + 2_000_000 };
  const room = measureRoom(await recordingsOf(home, [...names, 'cellar']), [await joined([track])], window);
  const cellar = room.speakers.at(-1);
  t.true((cellar?.errorUs.max ?? NaN) <= spreadLimitUs, `cellar is up to ${cellar?.errorUs.max} µs off`);
  t.false(cellar?.lateUs.includes(null), 'cellar is heard all the time');
});

test.serial("noise, garbage and oversized messages on every socket don't stop the room", async (t) => {
  await attack(home.port);
  t.is((await home.status())?.state, 'PLAYING');
  t.true(home.coordinator.isRunning);
});

test.serial('through all of that the speakers have played on in place', async (t) => {
  const status = await home.status();
  t.is(status?.epoch, atStart?.epoch);
  const counters = (of: RoomStatus | undefined) =>
    names.map((name) => {
      const playout = of?.speakers.find(({ member }) => member.name === name)?.report?.playout;
      return { name, resyncs: playout?.resyncs, gaps: playout?.gaps };
    });
  t.deepEqual(counters(status), counters(atStart));
  const window = { fromUs, toUs: monotonicClock() - 600_000 };
  const room = measureRoom(await recordingsOf(home, names), [await joined([track])], window);
  t.log(`spread p99 ${room.spread.p99.toFixed(1)} µs in ${room.timesUs.length / 10} s`);
  t.true(room.spread.p99 <= spreadLimitUs, `spread p99 ${room.spread.p99} µs`);
  const found = room.speakers.flatMap(({ name, disturbances }) =>
    disturbances.map((what) => ({ name, ...what })),
  );
  t.deepEqual(
    found.filter(({ atTrueUs }) => atTrueUs > fromUs),
    [],
  );
});

test.serial('truncated tracks are played as far as they go, and the next one follows', async (t) => {
  const cut = await beginning(home.directory, 's16-stereo.wav', 6000, 'cut.wav');
  await home.do('clear');
  await home.do('add', fixturePath('truncated.mp3'), cut, track);
  await home.do('play');
  await home.waitFor((status) => status.queuePosition === 3, 5000, 'the third track');
  await sleep(300);
  const status = await home.waitFor(areSoundingOf(names), 3000, 'both speakers to sound');
  t.is(status.state, 'PLAYING');
  for (const name of names) t.is(problemOf(name)(status), '');
});

function areSoundingOf(which: readonly string[]): (status: RoomStatus) => boolean {
  return ({ speakers }) =>
    which.every((name) =>
      speakers.some(
        ({ member, reportAgeMs, report }) =>
          member.name === name && reportAgeMs < 550 && report?.playout.state === 'SOUNDING',
      ),
    );
}

async function until(isSo: () => boolean, limitMs: number, what: string): Promise<void> {
  const untilMs = performance.now() + limitMs;
  while (!isSo()) {
    if (performance.now() > untilMs) throw new Error(`waited ${limitMs} ms for ${what}`);
    await sleep(20);
  }
}
