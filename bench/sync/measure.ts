import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTrack } from '../measure/reference.ts';
import { needTools } from '../rig/tools.ts';
import { playAplay } from './aplay.ts';
import { playJam } from './jam.ts';
import type { Options } from './options.ts';
import { type Outcome, run, SINE_HZ } from './run.ts';
import type { Play, Programme } from './session.ts';
import { writeSine } from './sine.ts';
import { playSnapcast } from './snapcast.ts';

/**
 * Measures each system that the options ask for, one after the other, in the order in which they are shown.
 * @param onSystem told before each of them
 * @throws {RigError}
 */
export async function measure(
  options: Options,
  folder: string,
  onSystem: (system: string) => void = () => {},
): Promise<Outcome[]> {
  const systems = systemsOf(options);
  needTools(systems.has('snapcast'));
  mkdirSync(folder, { recursive: true });
  const programme = await programmeOf(options, folder);
  const outcomes: Outcome[] = [];
  for (const [system, play] of systems) {
    onSystem(system);
    outcomes.push(await run(system, play, options, programme, join(folder, system)));
  }
  return outcomes;
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
