import { join } from 'node:path';
import { namesIn, textOf } from '../../readable.ts';

/** Who has a device open. */
export interface DeviceHolder {
  readonly pid: number;
  /** The program's name; empty when it can't be known. */
  readonly program: string;
}

/** One playback device of a card: what `hw:CARD=id,DEV=device` stands for. */
export interface PlaybackDevice {
  readonly device: number;
  readonly name: string;
  readonly holders: readonly DeviceHolder[];
}

/** A sound card as the kernel knows it. */
export interface SoundCard {
  /** Changes with the order in which cards are found. */
  readonly number: number;
  /** A word, and stays the same: `Headphones`, `DAC`. */
  readonly id: string;
  /** What the maker calls it: `USB Audio DAC`. */
  readonly name: string;
  readonly playback: readonly PlaybackDevice[];
}

/**
 * The cards that can play, from /proc/asound; none when there is no sound in the kernel.
 * @param proc where /proc is
 */
export function readSoundCards(proc = '/proc'): SoundCard[] {
  const asound = join(proc, 'asound');
  const lines = textOf(join(asound, 'cards')).matchAll(/^ *(\d+) \[(.+?) *\]: .*? - (.+)$/gm);
  const cards = [...lines].map(([, number, id = '', name = '']) => ({
    number: Number(number),
    id,
    name: name.trim(),
    playback: readPlayback(proc, join(asound, `card${number}`)),
  }));
  return cards.filter(({ playback }) => playback.length > 0);
}

function readPlayback(proc: string, folder: string): PlaybackDevice[] {
  const found = namesIn(folder).flatMap((entry) => {
    const device = /^pcm(\d+)p$/.exec(entry)?.[1];
    return device === undefined ? [] : [Number(device)];
  });
  return found
    .sort((a, b) => a - b)
    .map((device) => {
      const pcm = join(folder, `pcm${device}p`);
      const name = /^name: (.*)$/m.exec(textOf(join(pcm, 'info')))?.[1] ?? '';
      return { device, name, holders: readHolders(proc, pcm) };
    });
}

function readHolders(proc: string, pcm: string): DeviceHolder[] {
  const parts = namesIn(pcm).filter((entry) => /^sub\d+$/.test(entry));
  return parts.flatMap((part) => {
    // It says "closed" while nobody has it open.
    const thread = /^owner_pid\s*: (\d+)$/m.exec(textOf(join(pcm, part, 'status')))?.[1];
    return thread === undefined ? [] : [holderOf(proc, thread)];
  });
}

/** @param thread the one that has opened the device: it is that, and not its process, which the kernel tells */
function holderOf(proc: string, thread: string): DeviceHolder {
  const pid = /^Tgid:\s*(\d+)$/m.exec(textOf(join(proc, thread, 'status')))?.[1] ?? thread;
  return { pid: Number(pid), program: programOf(proc, pid) };
}

function programOf(proc: string, pid: string): string {
  const command = textOf(join(proc, pid, 'cmdline')).split('\0');
  // To the kernel it is one of Node's.
  if (command.some((word) => word.endsWith('daemon/speaker/main.ts'))) return 'jam-speaker';
  return textOf(join(proc, pid, 'comm')).trim();
}
