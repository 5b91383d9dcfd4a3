import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { RoomStatus, Track } from '../../protos/index.ts';
import { mediaPort } from '../coordinator/ports.ts';
import { monotonicClock } from '../local-clock.ts';
import { Household } from './household.ts';
import { recordingsOf, type Stretch, soundIn } from './listening.ts';
import { songPart } from './music.ts';

// From a command to the first audible frame on the last of three speakers. Each is tried a few times, since
// what else runs on this machine takes its time too: the best is what Jam needs.

const speakerPpm = { kitchen: -60, study: 10, bedroom: 60 };
const names = Object.keys(speakerPpm);
const heldLimitMs = 250;
const coldLimitMs = 600;

const home = new Household();
const starts: { readonly what: 'cold' | 'held'; readonly stretch: Stretch }[] = [];

test.before(async () => {
  await home.start();
  for (const [name, ppm] of Object.entries(speakerPpm)) home.addSpeaker(name, { ppm });
  await home.waitForSpeakers(names.length);
  for (const [i, fromS] of [8, 16, 24].entries()) {
    const track = await upload(await songPart(home.directory, `${i}.wav`, fromS, fromS + 20));
    await home.ask({ kind: 'clear' });
    await sleep(300);
    await start('cold', async () => {
      await home.ask({ kind: 'add', tracks: [track] });
      await home.ask({ kind: 'play' });
    });
    await home.waitFor(holdAll, 5000, 'the track on all speakers');
    await start('held', async () => void (await home.ask({ kind: 'play' })));
  }
  await home.stopPrograms();
});

test.after.always(() => home.stop());
process.on('exit', () => home.killAll());

/** Gives the coordinator a track that no speaker has; what it tells of it is looked up by its hash. */
async function upload(path: string): Promise<Track> {
  const bytes = await readFile(path);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const url = `http://127.0.0.1:${mediaPort(home.port)}/tracks/${hash}?name=${basename(path)}`;
  const pass = await home.askLobby({ kind: 'getMediaToken', hash, upload: true });
  if (pass.kind !== 'mediaToken') throw new Error(JSON.stringify(pass));
  const headers = { authorization: `Bearer ${pass.token}` };
  const stored = await fetch(url, { method: 'PUT', body: bytes, headers });
  if (!stored.ok) throw new Error(await stored.text());
  const unknown = { title: '', artist: '', album: '' };
  return { hash, bytes: 0, codec: 'WAV', sampleRate: 44_100, channels: 2, frames: 0, ...unknown };
}

async function start(what: 'cold' | 'held', act: () => Promise<void>): Promise<void> {
  const fromUs = monotonicClock();
  await act();
  await sleep(1000);
  starts.push({ what, stretch: { fromUs, toUs: monotonicClock() } });
  await home.ask({ kind: 'stop' });
  await sleep(600);
}

function holdAll({ speakers }: RoomStatus): boolean {
  return speakers.every(({ report }) => report?.held.some(({ ratio }) => ratio === 1));
}

for (const [what, limitMs, title] of [
  ['held', heldLimitMs, 'a track that the speakers hold'],
  ['cold', coldLimitMs, 'a track that no speaker has anything of'],
] as const) {
  test(`${title} is heard on all speakers within ${limitMs} ms of play`, async (t) => {
    const recordings = await recordingsOf(home, names);
    const tookMs = starts
      .filter((one) => one.what === what)
      .map(({ stretch }) => {
        const onsets = recordings.map(({ recording }) => soundIn(recording, stretch)?.fromUs ?? Infinity);
        return (Math.max(...onsets) - stretch.fromUs) / 1000;
      });
    const figures = `it took ${tookMs.map(Math.round).join(', ')} ms`;
    t.log(figures);
    t.true(Math.min(...tookMs) <= limitMs, figures);
  });
}
