import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { noPaint, terminalPaint } from '../../controller/paint.ts';
import { renderStatus } from '../../controller/render-status.ts';
import { Household } from '../../daemon/end-to-end/household.ts';
import { plotRoom } from '../measure/plot.ts';
import type { RoomReport } from '../measure/spread.ts';
import { LiveScreen } from './live-screen.ts';
import { lateSpeaker, play, songFile, speakerPpm } from './script.ts';

// npm run demo: a home on this machine, played on and measured from what its speakers' DACs consumed.

const pictureFile = new URL('../../build/demo.svg', import.meta.url).pathname;
/** The p99 that the demo promises. */
const limitUs = 100;
const refreshMs = 250;
/** The spread is measured this often. */
const stepUs = 200_000;

class Interrupted extends Error {}

const home = new Household();
const screen = new LiveScreen(process.stdout);
const interruption = Promise.withResolvers<never>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interruption.reject(new Interrupted()));
}
process.on('exit', () => home.killAll());

try {
  process.exitCode = await Promise.race([demonstrate(), interruption.promise]);
} catch (error) {
  screen.close();
  if (!(error instanceof Interrupted)) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  process.exitCode = error instanceof Interrupted ? 130 : 1;
} finally {
  await home.stop();
}
process.exit();

async function demonstrate(): Promise<number> {
  screen.say('Starts a coordinator and three speakers on this machine');
  await home.start();
  for (const [name, ppm] of Object.entries(speakerPpm)) home.addSpeaker(name, { ppm });
  const hasSoundCard = existsSync('/proc/asound/card0');
  if (hasSoundCard) home.addSpeakerWith('sound-card', ['--device', 'default']);
  await home.waitForSpeakers(Object.keys(speakerPpm).length);
  const watching = watch();
  await play(home, (text) => screen.say(text));
  screen.close();
  await watching;
  await home.stopPrograms();
  return report(await measure());
}

/** Shows the room's live view until the screen is closed. */
async function watch(): Promise<void> {
  const paint = process.stdout.isTTY ? terminalPaint : noPaint;
  while (!screen.closed) {
    const status = await home.status();
    if (status) screen.show(renderStatus(status, paint));
    await sleep(refreshMs);
  }
}

async function measure(): Promise<RoomReport> {
  screen.say('Measures how far apart they were, from what their DACs consumed');
  const names = [...Object.keys(speakerPpm), lateSpeaker.name];
  const files = names.map((name) => ({ name, path: home.recordingOf(name) }));
  const worker = new Worker(new URL('measure-worker.ts', import.meta.url), {
    workerData: { files, track: songFile, stepUs },
  });
  const [report]: RoomReport[] = await once(worker, 'message');
  if (!report) throw new Error('nothing was measured');
  return report;
}

/** Prints the figures and draws the picture; the exit code says whether they are as promised. */
function report(room: RoomReport): number {
  const { p50, p95, p99, max } = room.spread;
  mkdirSync(dirname(pictureFile), { recursive: true });
  writeFileSync(pictureFile, plotRoom(room, 'Jam: four speakers, DACs −41 to +57 ppm'));
  const figures = [p50, p95, p99, max].map((us) => us.toFixed(1).padStart(8)).join('');
  process.stdout.write(
    [
      '',
      'Spread: the largest difference between any two speakers, every 200 ms, µs',
      `     p50     p95     p99     max`,
      figures,
      `One frame at 44.1 kHz is 22.7 µs; the promise is p99 ≤ ${limitUs} µs.`,
      `Picture: ${relative(process.cwd(), pictureFile)}`,
      '',
    ].join('\n'),
  );
  return p99 <= limitUs ? 0 : 1;
}
