import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plotRoom } from '../measure/plot.ts';
import { readTrack } from '../measure/reference.ts';
import { needTools, RigError } from '../rig/tools.ts';
import { playAplay } from './aplay.ts';
import { playJam } from './jam.ts';
import { type Options, readOptions } from './options.ts';
import { toJson, toTable } from './report.ts';
import { type Outcome, run, SINE_HZ } from './run.ts';
import type { Play, Programme } from './session.ts';
import { writeSine } from './sine.ts';
import { playSnapcast } from './snapcast.ts';

async function main(options: Options): Promise<void> {
  const systems = systemsOf(options);
  needTools(systems.has('snapcast'));
  const folder = options.out ? resolve(options.out) : mkdtempSync(join(tmpdir(), 'jam-bench-'));
  mkdirSync(folder, { recursive: true });
  const programme = await programmeOf(options, folder);
  const outcomes: Outcome[] = [];
  for (const [system, play] of systems) {
    if (!options.json) console.log(`${system}: ${options.speakers} speakers, ${options.seconds} s …`);
    outcomes.push(await run(system, play, options, programme, join(folder, system)));
  }
  const json = JSON.stringify(toJson(options, outcomes), null, 2);
  writeFileSync(join(folder, 'result.json'), json);
  for (const { system, room } of outcomes) {
    writeFileSync(join(folder, `${system}.svg`), plotRoom(room, titleOf(system, options)));
  }
  console.log(options.json ? json : `${toTable(outcomes)}\nplots, JSON, logs and recordings: ${folder}`);
}

function systemsOf(options: Options): Map<string, Play> {
  if (options.only === 'aplay') return new Map([['aplay', playAplay]]);
  if (options.only === 'snapcast') return new Map([['snapcast', playSnapcast]]);
  const jam: [string, Play] = ['jam', playJam(options.faults, options.delayMs)];
  return new Map(options.peer === 'snapcast' ? [jam, ['snapcast', playSnapcast]] : [jam]);
}

async function programmeOf(options: Options, folder: string): Promise<Programme & { isSine: boolean }> {
  const { seconds } = options;
  if (options.track === 'sine') {
    const track = join(folder, 'sine.wav');
    await writeSine(track, SINE_HZ, seconds + 5);
    return { track, seconds, trackSeconds: seconds + 5, isSine: true };
  }
  const song = fileURLToPath(new URL('../song/jam-session.mp3', import.meta.url));
  const track = options.track ? resolve(options.track) : song;
  const { rate, channels } = await readTrack(track);
  return { track, seconds, trackSeconds: (channels[0]?.length ?? 0) / rate, isSine: false };
}

function titleOf(system: string, { speakers, network, clockPpm, dacPpm }: Options): string {
  return `${system}: ${speakers} speakers, ${network}, clocks ±${clockPpm} ppm, DACs ±${dacPpm} ppm`;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Exiting is what makes the rig remove its hosts.
  process.once(signal, () => process.exit(130));
}
try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  console.error(error instanceof RigError ? why : `the bench failed: ${why}`);
  process.exit(1);
}
