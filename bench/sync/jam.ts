import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { HUB_ADDRESS } from '../rig/network.ts';
import type { Host, Rig } from '../rig/rig.ts';
import type { Fault } from './faults.ts';
import { installJamctl } from './installed-jamctl.ts';
import { expectAlive, type Play, sleep, trueNowUs, until } from './session.ts';
import { StatusPoll } from './status-poll.ts';

const SETTLE_MS = 3000;
const PORT = 7400;
const ROOM = 'main';

/** Jam's coordinator on the hub and a speaker on each host, as a person starts them; on the hub jamctl as the package installs it. */
export function playJam(faults: readonly Fault[], delayMs: number): Play {
  return async (rig, hosts, { track, seconds, trackSeconds }, folder) => {
    let coordinator = startCoordinator(rig, folder);
    hosts.forEach((host, index) => {
      startSpeaker(rig, host, index === 0 ? delayMs : 0);
    });
    const jamctl = controller(rig, folder, await installJamctl(folder));
    await until(
      'all speakers are in the room',
      async () => (await speakerCount(jamctl)) >= hosts.length,
      30_000,
    );
    const times = Math.ceil(seconds / trackSeconds) + 1;
    await jamctl(['add', ...Array.from({ length: times }, () => track)]);
    const poll = new StatusPoll();
    poll.start(rig, HUB_ADDRESS, PORT, ROOM);
    await sleep(SETTLE_MS);
    const usedBefore = rig.usage();
    const nodeAloneMs = await timeNodeMs(rig);
    const commandTrueUs = trueNowUs();
    let answeredTrueUs = commandTrueUs;
    await jamctl(['play'], () => {
      answeredTrueUs = trueNowUs();
    });
    const done = faults.map(async ({ kind, atS, forS }) => {
      await sleep(atS * 1000);
      if (kind === 'cut') for (const host of hosts) rig.setConnected(host, false);
      else await kill(coordinator);
      await sleep(forS * 1000);
      if (kind === 'cut') for (const host of hosts) rig.setConnected(host, true);
      else coordinator = startCoordinator(rig, folder);
    });
    await Promise.all([sleep(seconds * 1000 - (trueNowUs() - commandTrueUs) / 1000), ...done]);
    expectAlive(rig, folder);
    return { commandTrueUs, answeredTrueUs, nodeAloneMs, usedBefore, looks: await poll.stop() };
  };
}

/** @param onAnswer told when it begins to write its result */
type Jamctl = (args: readonly string[], onAnswer?: () => void) => Promise<string>;

function startCoordinator(rig: Rig, folder: string): ChildProcess {
  const data = join(folder, 'coordinator');
  const options = ['--name', 'bench', '--listen', HUB_ADDRESS, '--port', `${PORT}`, '--data-dir', data];
  return rig.spawnOnHub('coordinator', [...daemon('jam-coordinator'), ...options]);
}

function startSpeaker(rig: Rig, host: Host, delayMs: number): void {
  const cache = join(host.folder, 'cache');
  mkdirSync(cache, { recursive: true });
  const options = ['--name', host.plan.name, '--coordinator', `${HUB_ADDRESS}:${PORT}`, '--device', 'jamdac'];
  const delay = delayMs === 0 ? [] : ['--delay-ms', String(delayMs)];
  const command = [...daemon('jam-speaker'), ...options, '--cache-dir', cache, ...delay];
  rig.spawnOn(host, host.plan.name, command);
}

/** @param program which starts jamctl */
function controller(rig: Rig, folder: string, program: readonly string[]): Jamctl {
  const run = promisify(execFile);
  return async (args, onAnswer) => {
    const [file, ...rest] = rig.commandOnHub([
      ...program,
      '--coordinator',
      `${HUB_ADDRESS}:${PORT}`,
      '--json',
      ...args,
    ]);
    const running = run(file, rest, { cwd: folder });
    if (onAnswer) running.child.stdout?.once('data', onAnswer);
    return (await running).stdout;
  };
}

const speakersSchema = v.object({ speakers: v.array(v.object({ name: v.string() })) });

async function speakerCount(jamctl: Jamctl): Promise<number> {
  try {
    return v.parse(speakersSchema, JSON.parse(await jamctl(['speakers']))).speakers.length;
  } catch {
    // The coordinator is still starting: asked again.
    return 0;
  }
}

/** How long a program of Node's takes that does nothing. */
async function timeNodeMs(rig: Rig): Promise<number> {
  const [file, ...rest] = rig.commandOnHub([process.execPath, '--eval', '0']);
  const fromMs = performance.now();
  await promisify(execFile)(file, rest);
  return performance.now() - fromMs;
}

/** A daemon by its launcher, with the priority that its systemd unit gives it. */
function daemon(name: string): string[] {
  const launcher = fileURLToPath(new URL(`../../deploy/bin/${name}.js`, import.meta.url));
  return ['nice', '-n', '-10', process.execPath, launcher];
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
