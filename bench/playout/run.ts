import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Household } from '../../daemon/end-to-end/household.ts';
import type { Program } from '../../daemon/end-to-end/program.ts';
import type { PlayoutReport } from '../../protos/index.ts';
import { alsaConfig, plainDac } from '../rig/dac.ts';
import { buildRig } from '../rig/tools.ts';
import { type MemoryFigures, memoryOf, type ThreadFigures, threadsOf } from './process-figures.ts';

export type SinkKind = 'sim' | 'alsa';

/** CPU that a thread has used over a phase, in % of a core. */
export interface ThreadUse {
  readonly name: string;
  readonly percent: number;
}

/** A stretch of a speaker's life. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
  /** Of all threads, in % of a core. */
  readonly cpuPercent: number;
  readonly threads: readonly ThreadUse[];
  /** At its end, in MB. */
  readonly memory: MemoryFigures;
}

export interface PlayoutResult {
  readonly sink: SinkKind;
  readonly phases: readonly Phase[];
  /** At the end: glitches over the whole run, and how the speaker played. */
  readonly playout: PlayoutReport;
}

const SONG = new URL('../song/jam-session.mp3', import.meta.url).pathname;
const SONG_S = 41;
const SILENT_S = 10;
const PPM = 30;

/**
 * Watches one speaker on a device of 48 kHz: starting, silent, in the first second of music, and while it plays
 * for so many seconds.
 * @throws {RigError} when ALSA's device can't be built; an Error when the speaker doesn't play
 */
export async function measurePlayout(sink: SinkKind, seconds: number): Promise<PlayoutResult> {
  const home = new Household();
  const kill = () => home.killAll();
  process.once('exit', kill);
  const alsaFolder = mkdtempSync(join(tmpdir(), 'jam-bench-'));
  try {
    await home.start();
    if (sink === 'alsa') useSimulatedCard(alsaFolder);
    // Once before: the first start of all compiles, and Node keeps the result for those that follow.
    await startSpeaker(home, sink);
    await home.speakers.get('speaker')?.stop();
    const speaker = await startSpeaker(home, sink);
    return await watch(home, speaker, sink, seconds);
  } finally {
    await home.stop();
    process.off('exit', kill);
    rmSync(alsaFolder, { recursive: true, force: true });
  }
}

function useSimulatedCard(folder: string): void {
  const dac = { ...plainDac, ppm: PPM, rates: [48_000] };
  const config = join(folder, 'asound.conf');
  writeFileSync(config, alsaConfig(buildRig(false), dac, join(folder, 'heard.wav')));
  // The programs that are started from here on inherit it.
  process.env.ALSA_CONFIG_PATH = config;
}

async function startSpeaker(home: Household, sink: SinkKind): Promise<Program> {
  const device = sink === 'sim' ? ['--sink', `sim:ppm=${PPM}`] : ['--device', 'jamdac'];
  const speaker = home.addSpeakerWith('speaker', device);
  await home.waitForSpeakers(1, 20_000);
  return speaker;
}

async function watch(home: Household, speaker: Program, sink: SinkKind, seconds: number) {
  const { pid } = speaker;
  if (pid === undefined) throw new Error('the speaker has not been started');
  const phases: Phase[] = [];
  const phase = async (name: string, pass: () => Promise<unknown>): Promise<void> => {
    const [before, fromMs] = [threadsOf(pid), performance.now()];
    await pass();
    phases.push(phaseOf(name, (performance.now() - fromMs) / 1000, before, pid));
  };
  const times = Math.ceil(seconds / SONG_S) + 1;
  const { exitCode, output } = await home.jamctl('add', ...Array.from({ length: times }, () => SONG));
  if (exitCode !== 0) throw new Error(`jamctl add: ${output}`);
  await sleep(1000);
  await phase('silent', () => sleep(SILENT_S * 1000));
  await phase('first second of music', async () => {
    await home.ask({ kind: 'play' });
    await sleep(1000);
  });
  await phase('playing', () => sleep(seconds * 1000));
  const playout = (await home.status())?.speakers[0]?.report?.playout;
  if (playout?.state !== 'SOUNDING') throw new Error(`the speaker doesn't play\n${speaker.log}`);
  return { sink, phases, playout };
}

function phaseOf(name: string, seconds: number, before: readonly ThreadFigures[], pid: number): Phase {
  const used = threadsOf(pid).map((thread) => {
    const sinceS = before.find(({ id }) => id === thread.id)?.cpuS ?? 0;
    return { name: thread.name, percent: (100 * (thread.cpuS - sinceS)) / seconds };
  });
  const threads = Object.entries(Object.groupBy(used, (thread) => thread.name)).map(([thread, all = []]) => ({
    name: all.length > 1 ? `${thread} × ${all.length}` : thread,
    percent: sumOf(all.map(({ percent }) => percent)),
  }));
  const cpuPercent = sumOf(used.map(({ percent }) => percent));
  return { name, seconds, cpuPercent, threads, memory: memoryOf(pid) };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
