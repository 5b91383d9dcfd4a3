import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readSoundCards } from '../../daemon/speaker/devices/sound-cards.ts';
import { daemonsIn, listenerOf } from './gather-processes.ts';
import type { DiskFacts, HostFacts, WifiFacts } from './host-facts.ts';

const run = promisify(execFile);
const TOOL_WITHIN_MS = 2000;
const LOBBY_PORT = 7400;

/** Where Jam writes: the package's directories, and a person's own. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Looks at this host. What can't be read counts as not known.
 * @param root where the file system's root is
 */
export async function gatherHost(env: Environment, root = '/'): Promise<HostFacts> {
  const proc = join(root, 'proc');
  return {
    clocksource: textOf(join(root, 'sys/devices/system/clocksource/clocksource0/current_clocksource')),
    ntpSynchronized: await ntpState(),
    realtimePermitted: realtimePermitted(proc),
    daemons: daemonsIn(proc),
    cards: readSoundCards(proc),
    soundPermitted: soundPermitted(join(root, 'dev/snd')),
    wifi: await wifiOf(root),
    disks: disksOf(env, root),
    lobbyPortHolder: listenerOf(proc, LOBBY_PORT),
  };
}

async function ntpState(): Promise<boolean | undefined> {
  const answer = await outputOf('timedatectl', ['show', '--property=NTPSynchronized', '--value']);
  return answer === 'yes' ? true : answer === 'no' ? false : undefined;
}

function realtimePermitted(proc: string): boolean {
  const limit = /^Max realtime priority +(\d+|unlimited)/m.exec(textOf(join(proc, 'self/limits')) ?? '')?.[1];
  return process.getuid?.() === 0 || (limit !== undefined && limit !== '0');
}

function soundPermitted(folder: string): boolean | undefined {
  const pcms = namesIn(folder).filter((name) => /^pcmC\d+D\d+p$/.test(name));
  if (pcms.length === 0) return undefined;
  return pcms.every((name) => {
    try {
      accessSync(join(folder, name), constants.R_OK | constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function wifiOf(root: string): Promise<WifiFacts[]> {
  const net = join(root, 'sys/class/net');
  const names = namesIn(net).filter(
    (name) => existsSync(join(net, name, 'wireless')) || existsSync(join(net, name, 'phy80211')),
  );
  const signals = textOf(join(root, 'proc/net/wireless')) ?? '';
  return Promise.all(
    names.map(async (name) => ({
      name,
      powerSave: await powerSaveOf(name),
      signalDbm: signalIn(signals, name),
    })),
  );
}

async function powerSaveOf(name: string): Promise<boolean | undefined> {
  const answer = await outputOf('iw', ['dev', name, 'get', 'power_save']);
  const state = /Power save: (on|off)/i.exec(answer ?? '')?.[1];
  return state === undefined ? undefined : state.toLowerCase() === 'on';
}

/** @param signals as /proc/net/wireless: name, status, quality, level in dBm */
function signalIn(signals: string, name: string): number | undefined {
  const line = signals.split('\n').find((one) => one.trim().startsWith(`${name}:`));
  const level = Number(line?.trim().split(/\s+/)[3]?.replace(/\.$/, ''));
  return Number.isFinite(level) && level < 0 ? level : undefined;
}

function disksOf({ HOME = '/root', XDG_STATE_HOME, XDG_CACHE_HOME }: Environment, root: string): DiskFacts[] {
  const paths = [
    join(root, 'var/lib/jam'),
    join(root, 'var/cache/jam'),
    join(XDG_STATE_HOME || join(HOME, '.local/state'), 'jam'),
    join(XDG_CACHE_HOME || join(HOME, '.cache'), 'jam'),
  ];
  return paths.filter(existsSync).map((path) => {
    const { bavail, blocks, bsize } = statfsSync(path);
    return { path, freeBytes: bavail * bsize, diskBytes: blocks * bsize };
  });
}

/** Undefined when the program isn't there, fails, or takes too long. */
async function outputOf(program: string, args: string[]): Promise<string | undefined> {
  try {
    const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
    const { stdout } = await run(program, args, {
      timeout: TOOL_WITHIN_MS,
      env: { ...process.env, PATH: path },
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
