import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Household } from '../../daemon/end-to-end/household.ts';
import type { Program } from '../../daemon/end-to-end/program.ts';
import type { PlayoutReport } from '../../protos/index.ts';
import { memoryOf, threadsOf } from '../playout/process-figures.ts';
import { alsaConfig, plainDac } from '../rig/dac.ts';
import { buildRig } from '../rig/tools.ts';
import { stolenMs } from '../rig/usage.ts';
import { wavFile } from '../song/wav.ts';
import type { SmallMachine } from './small-machine.ts';
import { type CoreStall, CoreWatch } from './stalls.ts';

/** How a speaker has played on a small machine. */
export interface SmallResult {
  readonly seconds: number;
  /** Of one core of the whole machine, in %: over all, and of each thread. */
  readonly cpuPercent: number;
  readonly threads: readonly { readonly name: string; readonly percent: number }[];
  /** Share of the group's periods in which its share was used up, in %. */
  readonly throttledPercent: number;
  readonly residentMb: number;
  readonly peakMb: number;
  readonly downloadedMb: number;
  /** Before the music, while the program was still starting; not heard. Not in playout. */
  readonly silentXruns: number;
  /** Of the reports, one a second: the largest playout error, and the smallest reserve. */
  readonly worstErrorUs: number;
  readonly leastBufferMs: number;
  readonly playout: PlayoutReport;
  /** What the speaker said of its scheduling. */
  readonly scheduling: string;
  /** What it warned of. */
  readonly warnings: string;
  /** Times in which the core itself stood still. */
  readonly stalls: readonly CoreStall[];
  /** CPU time that the machine's own host withheld, ms. */
  readonly withheldMs: number;
}

const song = new URL('../song/jam-session.mp3', import.meta.url).pathname;
const songS = 41;
/** As docs/speaker.md advises for a slow machine. */
const flags = ['--device', 'jamdac', '--buffer-ms', '240'];
/** A new track comes every so often, and is downloaded while others play. */
const arrivalS = 20;
const arrivalLengthS = 60;
const rate = 44_100;

/**
 * Has a speaker of the small machine play the song over and over on a 48 kHz device behind libasound, while the
 * queue grows by a WAV of 10 MB every 20 s, each of which it fetches at once.
 * @throws {RigError} when ALSA's device can't be built; an Error when the speaker doesn't play
 */
export async function playSmall(machine: SmallMachine, seconds: number): Promise<SmallResult> {
  const home = new Household();
  const kill = () => home.killAll();
  process.once('exit', kill);
  try {
    await home.start();
    const speaker = await startSpeaker(home, machine);
    return await measure(home, speaker, machine, seconds);
  } finally {
    await home.stop();
    process.off('exit', kill);
  }
}

async function startSpeaker(home: Household, machine: SmallMachine): Promise<Program> {
  const config = join(home.directory, 'asound.conf');
  const dac = { ...plainDac, ppm: 30, rates: [48_000] };
  writeFileSync(config, alsaConfig(buildRig(false), dac, join(home.directory, 'heard.wav')));
  process.env.ALSA_CONFIG_PATH = config;
  // Once before, outside: the first start of all compiles, and Node keeps the result for those that follow.
  const warm = home.addSpeakerWith('speaker', flags);
  await home.waitForSpeakers(1, 20_000);
  await warm.stop();
  const speaker = home.addSpeakerWith('speaker', flags);
  machine.take(speaker.pid ?? 0);
  await home.waitForSpeakers(1, 60_000);
  return speaker;
}

async function measure(home: Household, speaker: Program, machine: SmallMachine, seconds: number) {
  const pid = speaker.pid ?? 0;
  await home.do('add', ...Array.from({ length: Math.ceil(seconds / songS) + 1 }, () => song));
  const playedAt = new Date();
  await home.do('play');
  const cache = join(home.directory, 'cache', 'speaker', 'tracks');
  const before = {
    threads: threadsOf(pid),
    fromMs: performance.now(),
    stolenMs: stolenMs(),
    ...machine.throttling,
  };
  const heldBytes = bytesIn(cache);
  const watch = new CoreWatch();
  watch.start();
  const seen = await observe(home, seconds);
  const stalls = await watch.stop();
  const after = machine.throttling;
  const passedS = (performance.now() - before.fromMs) / 1000;
  const threads = threadsOf(pid).map(({ id, name, cpuS }) => {
    const sinceS = before.threads.find((thread) => thread.id === id)?.cpuS ?? 0;
    return { name, percent: (100 * (cpuS - sinceS)) / passedS };
  });
  const memory = memoryOf(pid);
  const silentXruns = xrunsBefore(playedAt, speaker.log);
  return {
    ...seen,
    playout: { ...seen.playout, xruns: seen.playout.xruns - silentXruns },
    silentXruns,
    seconds: passedS,
    cpuPercent: threads.reduce((sum, { percent }) => sum + percent, 0),
    threads: threads.filter(({ percent }) => percent >= 0.05),
    throttledPercent: (100 * (after.throttled - before.throttled)) / (after.periods - before.periods),
    residentMb: memory.resident,
    peakMb: memory.peak,
    downloadedMb: (bytesIn(cache) - heldBytes) / 1e6,
    scheduling: /the playout thread runs with ([^"(]+)/.exec(speaker.log)?.[1]?.trim() ?? 'unknown',
    warnings: home.warnings,
    stalls,
    withheldMs: stolenMs() - before.stolenMs,
  };
}

/** Looks once a second, and brings the tracks to be downloaded. */
async function observe(home: Household, seconds: number) {
  let [worstErrorUs, leastBufferMs] = [0, Number.POSITIVE_INFINITY];
  let last: PlayoutReport | undefined;
  const arrivals: Promise<unknown>[] = [];
  for (let second = 0; second < seconds; second++) {
    await sleep(1000);
    if (second % arrivalS === 0) arrivals.push(bringTrack(home, second));
    const playout = (await home.status())?.speakers[0]?.report?.playout;
    if (playout?.state !== 'SOUNDING') continue;
    last = playout;
    worstErrorUs = Math.max(worstErrorUs, Math.abs(playout.errorUs));
    leastBufferMs = Math.min(leastBufferMs, playout.bufferMs);
  }
  await Promise.all(arrivals);
  const playout = (await home.status())?.speakers[0]?.report?.playout ?? last;
  if (playout?.state !== 'SOUNDING') throw new Error(`the speaker doesn't play\n${home.warnings}`);
  return { worstErrorUs, leastBufferMs, playout };
}

async function bringTrack(home: Household, number: number): Promise<void> {
  const samples = Float32Array.from(
    { length: rate * arrivalLengthS },
    (_, i) => 0.1 * Math.sin(i * (0.01 + number * 1e-5)),
  );
  const path = join(home.directory, `arrival-${number}.wav`);
  writeFileSync(path, wavFile(rate, [samples, samples]));
  await home.do('add', path);
}

/** By the speaker's log: its reports reach the room a little later. */
function xrunsBefore(time: Date, log: string): number {
  const times = log.matchAll(/"time":"([^"]+)","msg":"xrun/g);
  return [...times].filter(([, at = '']) => new Date(at) < time).length;
}

function bytesIn(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.reduce((sum, name) => {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    return sum + (stat?.isFile() ? stat.blocks * 512 : 0);
  }, 0);
}
