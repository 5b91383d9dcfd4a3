import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import test from 'ava';
import { eventually, HOST, type Home, newHome, startedHome } from './coordinator.fixture.ts';

// One after the other: each is several processes.
test.serial('a coordinator is ready with a room main, and stops within 2 s', async (t) => {
  const home = await startedHome(t);
  const reply = await home.ask({ kind: 'listRooms' });
  t.like(reply, { kind: 'rooms', rooms: [{ name: 'main', running: true, state: 'STOPPED' }] });
  t.like(await home.ask({ kind: 'getInfo' }), { name: 'home', clockPort: home.port + 1 });
  const rooms = await home.roomPids();
  const from = performance.now();
  t.is(await home.end('SIGTERM'), 0, home.lines.join('\n'));
  t.true(performance.now() - from < 2000, 'it has stopped within 2 s');
  t.deepEqual(rooms.filter(isRunning), [], 'no room process is left');
});

test.serial('a track is played as the store knows it, whatever the caller says of it', async (t) => {
  const home = await startedHome(t);
  await home.addTrack(3);
  t.like(await home.room({ kind: 'play' }), { kind: 'room', body: { kind: 'done' } });
  const status = await home.status();
  t.like(status, { state: 'PLAYING', queueLength: 1, queuePosition: 1, durationS: 3 });
});

test.serial('what is unknown is refused by name', async (t) => {
  const home = await startedHome(t);
  t.like(await home.room({ kind: 'play' }, 'kichen'), { kind: 'failure', code: 'NOT_FOUND' });
  t.like(await home.ask({ kind: 'moveSpeaker', name: 'nobody', room: 'main' }), {
    kind: 'failure',
    code: 'NOT_FOUND',
  });
  const track = { hash: 'a'.repeat(64), bytes: 1, codec: 'WAV', sampleRate: 8000, channels: 1 } as const;
  const tracks = [{ ...track, frames: 1, title: 'ghost', artist: '', album: '' }];
  const reply = await home.room({ kind: 'add', tracks });
  t.like(reply, { kind: 'failure', code: 'NOT_FOUND' });
  t.regex(reply.kind === 'failure' ? reply.message : '', /ghost/);
});

test.serial('rooms are made, renamed and deleted, each with a process of its own', async (t) => {
  const home = await startedHome(t);
  const from = performance.now();
  await home.do({ kind: 'createRoom', name: 'Kitchen' });
  t.log(`a room is made in ${Math.round(performance.now() - from)} ms`);
  t.is((await home.roomPids()).length, 2);
  t.like(await home.ask({ kind: 'createRoom', name: 'kitchen' }), { kind: 'failure', code: 'REFUSED' });
  await home.hello('s1', 'shelf');
  await home.do({ kind: 'moveSpeaker', name: 'shelf', room: 'kitchen' });
  await home.do({ kind: 'renameRoom', name: 'kitchen', newName: 'Galley' });
  const galley = await home.status('galley');
  t.is(galley.roomName, 'Galley');
  t.deepEqual(memberNames(galley), ['shelf']);
  await home.do({ kind: 'deleteRoom', name: 'GALLEY' });
  t.deepEqual(memberNames(await home.status()), ['shelf']);
  t.is((await home.roomPids()).length, 1);
  t.is((await home.roomDatabases()).length, 1, 'its database is gone');
  t.like(await home.ask({ kind: 'deleteRoom', name: 'main' }), { kind: 'failure', code: 'REFUSED' });
});

test.serial('a room that is killed comes back with its state, and its timeline goes on', async (t) => {
  const home = await startedHome(t);
  await home.addTrack(60);
  await home.hello('s1', 'shelf');
  await home.room({ kind: 'setVolume', volume: 33 });
  await home.room({ kind: 'play' });
  const before = await home.status();
  const [pid = 0] = await home.roomPids();
  const from = performance.now();
  process.kill(pid, 'SIGKILL');
  const after = await statusAgain(home);
  t.log(`back after ${Math.round(performance.now() - from)} ms`);
  t.like(after, { state: 'PLAYING', epoch: before.epoch, levels: { volume: 33 } });
  t.deepEqual(memberNames(after), ['shelf']);
  const playedS = after.positionS - before.positionS;
  const wentByS = (performance.now() - from) / 1000;
  t.true(playedS >= 0 && playedS < wentByS + 1, `the position went on by ${playedS} s in ${wentByS} s`);
  await eventually('it takes commands', async () => {
    const reply = await home.room({ kind: 'pause' });
    return reply.kind === 'room' && reply.body.kind === 'done' ? true : undefined;
  });
});

test.serial('a room that keeps dying is restarted, without hammering', async (t) => {
  const home = await startedHome(t);
  for (let i = 0; i < 3; i += 1) {
    const [pid = 0] = await eventually('a room runs', async () => nonEmpty(await home.roomPids()));
    process.kill(pid, 'SIGKILL');
    await eventually('it is gone', async () => (isRunning(pid) ? undefined : true));
  }
  await home.logged(/restarting it in 0\.25 s/);
  t.is((await statusAgain(home)).roomName, 'main');
});

test.serial('a room that is there and answers nothing is killed and started again', async (t) => {
  const home = await startedHome(t);
  await home.room({ kind: 'setVolume', volume: 21 });
  const [pid = 0] = await home.roomPids();
  process.kill(pid, 'SIGSTOP');
  await home.logged(/room main has ended \(it answered nothing any more\), restarting it at once/);
  t.is((await statusAgain(home)).levels.volume, 21);
});

test.serial('everything acknowledged is there after kill -9 of everything', async (t) => {
  const home = await startedHome(t);
  await home.addTrack(60, 1);
  const second = await home.addTrack(60, 2);
  await home.do({ kind: 'createRoom', name: 'Kitchen' });
  await home.hello('s1', 'shelf');
  await home.do({ kind: 'moveSpeaker', name: 'shelf', room: 'Kitchen' });
  await home.do({ kind: 'setSpeakerVolume', name: 'shelf', volume: 42 });
  await home.do({ kind: 'setSpeakerDelay', name: 'shelf', delayUs: 1500 });
  await home.room({ kind: 'play', position: 2 });
  const before = await home.status();
  const rooms = await home.roomPids();
  await home.end('SIGKILL');
  for (const pid of rooms.filter(isRunning)) process.kill(pid, 'SIGKILL');
  await home.start();
  const after = await home.status();
  t.like(after, { state: 'PLAYING', epoch: before.epoch, queuePosition: 2, queueLength: 2 });
  t.is(after.item?.track.hash, second);
  t.is(after.item?.itemId, before.item?.itemId);
  const kitchen = await home.status('kitchen');
  t.like(kitchen.speakers[0]?.member, { name: 'shelf', volume: 42, delayUs: 1500 });
});

test.serial('rooms end with their coordinator, however it ends', async (t) => {
  const home = await startedHome(t);
  const rooms = await home.roomPids();
  await home.end('SIGKILL');
  await eventually('the rooms are gone', async () => (rooms.some(isRunning) ? undefined : true));
  t.pass();
});

test.serial('an occupied port is named, with what to do', async (t) => {
  const home = await newHome(t);
  const server = createServer().listen(home.port + 2, HOST);
  t.teardown(() => server.close());
  home.spawn();
  t.is(await home.ended(), 1);
  const { length, 0: line = '' } = home.lines;
  t.is(length, 1, home.lines.join('\n'));
  t.regex(line, new RegExp(`port ${home.port + 2} is used.*--port`));
});

test.serial('a room port that is occupied is told before anything runs', async (t) => {
  const home = await startedHome(t);
  await home.end('SIGTERM');
  const server = createServer().listen(home.port + 11, HOST);
  t.teardown(() => server.close());
  home.spawn();
  t.is(await home.ended(), 1);
  t.regex(home.lines.at(-1) ?? '', new RegExp(`port ${home.port + 11} is used`));
});

test.serial('a second coordinator on the same data directory is refused', async (t) => {
  const home = await startedHome(t);
  const second = await newHome(t);
  second.spawn('--data-dir', home.dataDir);
  t.is(await second.ended(), 1);
  t.regex(second.lines.join('\n'), /data directory .* is used by another jam-coordinator/);
  t.is((await home.status()).roomName, 'main', 'the first one goes on');
});

test.serial('two speakers of one name: the second is refused while the first is there', async (t) => {
  const home = await startedHome(t);
  await home.hello('s1', 'shelf');
  const second = { kind: 'hello', speakerId: 's2', name: 'Shelf', version: '1', device: '' } as const;
  const reply = await home.ask(second);
  t.like(reply, { kind: 'failure', code: 'REFUSED' });
  t.regex(reply.kind === 'failure' ? reply.message : '', /"shelf"/);
});

test.serial('a room process takes at most 85 MB, and hardly any time to start', async (t) => {
  const home = await startedHome(t);
  const from = performance.now();
  await home.do({ kind: 'createRoom', name: 'Kitchen' });
  t.log(`started in ${Math.round(performance.now() - from)} ms`);
  const sizesMb = await Promise.all((await home.roomPids()).map(residentMb));
  t.log(`resident ${sizesMb.map(Math.round).join(', ')} MB`);
  t.true(Math.max(...sizesMb) <= 85, `${sizesMb.join(', ')} MB`);
});

function memberNames({ speakers }: { speakers: { member: { name: string } }[] }): string[] {
  return speakers.map(({ member }) => member.name);
}

async function statusAgain(home: Home) {
  return eventually('the room answers again', async () => home.status().catch(() => undefined));
}

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
