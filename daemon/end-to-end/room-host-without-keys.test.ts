import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { LobbyReply } from '../../protos/index.ts';
import { monotonicClock } from '../local-clock.ts';
import { freeCoordinatorPort } from './free-ports.ts';
import { Household } from './household.ts';
import { levelIn, recordingsOf } from './listening.ts';
import { tone } from './music.ts';
import { Program } from './program.ts';

const LIMIT_MS = 20_000;
const HEARD_MS = 300;
/** What a recording lacks of the end, and the device has not played yet. */
const SETTLED_MS = 600;

test('with --security none a room on another host plays, and is back when that host is', async (t) => {
  const home = new Household();
  await home.start('--security', 'none');
  const port = await freeCoordinatorPort();
  const flags = ['--role', 'rooms', '--lobby', `127.0.0.1:${home.port}`, '--security', 'none'];
  const own = ['--listen', '127.0.0.1', '--port', `${port}`, '--data-dir', join(home.directory, 'loft')];
  const host = new Program(
    'daemon/coordinator/main.ts',
    ['--name', 'loft', ...flags, ...own],
    [],
    home.environment,
  );
  const sounds = async () => (await home.status('attic'))?.speakers[0]?.report?.playout.state === 'SOUNDING';
  try {
    host.start();
    home.addSpeaker('kitchen');
    const track = await tone(home.directory, 'tone.wav', 440, 20);
    await home.waitForSpeakers(1);
    await until(
      'the room host is known',
      async () => isKnown(await home.askLobby({ kind: 'listHosts' })),
      host,
    );
    await home.askLobby({ kind: 'createRoom', name: 'attic', host: 'loft' });
    await home.askLobby({ kind: 'moveSpeaker', name: 'kitchen', room: 'attic' });
    await home.do('--room', 'attic', 'add', track);
    await home.ask({ kind: 'play' }, 'attic');
    await until('it sounds', sounds, host);

    const before = host.children;
    await host.stop();
    host.start();
    await until(
      'the room is back',
      async () => (await home.status('attic'))?.state === 'PLAYING' && host.children.length === 1,
      host,
    );
    t.notDeepEqual(host.children, before, 'by a process of its own');
    await until('it sounds', sounds, host);
    const fromUs = monotonicClock();
    await sleep(HEARD_MS + SETTLED_MS);
    const [kitchen] = await recordingsOf(home, ['kitchen']);
    if (!kitchen) throw new Error('the speaker has recorded nothing');
    const level = levelIn(kitchen.recording, { fromUs, toUs: fromUs + HEARD_MS * 1000 });
    t.true(level > 0.3 && level < 0.4, `the tone's level is ${level.toFixed(3)}, 0.354 is expected`);
  } finally {
    await host.stop();
    await home.stop();
  }
});

const isKnown = (reply: LobbyReply['body']): boolean =>
  reply.kind === 'hosts' && reply.hosts.some(({ online, pending }) => online && !pending);

async function until(what: string, isSo: () => Promise<boolean>, host: Program): Promise<void> {
  const untilMs = performance.now() + LIMIT_MS;
  while (performance.now() < untilMs) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error(`waited ${LIMIT_MS / 1000} s until ${what}\n--- room host\n${host.log}`);
}
