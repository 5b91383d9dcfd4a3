import type { Role } from '../protos/index.ts';
import { CommandError } from './exit-codes.ts';

/** What a person has typed, as values. Each throws a CommandError USAGE that says what would be right. */

/** A TIME to seek to: seconds, M:SS or H:MM:SS, with decimals; + or − in front makes it relative. */
export function parseTime(text: string): { seconds: number; relative: boolean } {
  const match = /^([+-]?)(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(text);
  if (!match) throw wrong(text, 'is no time: give seconds (90), 1:30 or 1:02:03, or +10 or -10');
  const [, sign, hours, minutes, seconds] = match;
  if (minutes !== undefined && Number(seconds) >= 60) throw wrong(text, 'has more than 59 seconds');
  if (hours !== undefined && Number(minutes) >= 60) throw wrong(text, 'has more than 59 minutes');
  const total = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds);
  return { seconds: sign === '-' ? -total : total, relative: sign !== '' };
}

/** N, +N or −N, N from 0 to 100. */
export function parseVolume(text: string): { volume: number } | { change: number } {
  const match = /^([+-]?)(\d{1,3})$/.exec(text);
  const percent = Number(match?.[2]);
  if (!match || percent > 100) throw wrong(text, 'is no volume: give 0 to 100, or +5 or -5');
  if (match[1] === '') return { volume: percent };
  return { change: match[1] === '-' ? -percent : percent };
}

/** A place in the queue, from 1. */
export function parsePosition(text: string): number {
  const position = Number(text);
  if (!/^\d{1,9}$/.test(text) || position < 1)
    throw wrong(text, 'is no position in the queue: they count from 1');
  return position;
}

/** guest, member or admin. */
export function parseRole(text: string): Role {
  const role = roles.find((one) => one === text.toUpperCase());
  if (role) return role;
  throw wrong(text, 'is no role: give guest, member or admin');
}

const roles = ['GUEST', 'MEMBER', 'ADMIN'] as const;

/** A number of things, at least one. */
export function parseCount(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text);
  throw wrong(text, 'is no number of entries: give 1 or more');
}

/** A volume to be set, from 0 to 100. */
export function parsePercent(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw wrong(text, 'is no volume: give 0 to 100');
}

/** A hold after a transport command. */
export function parseHoldMs(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= 5000) return Number(text);
  throw wrong(text, 'is no hold: give milliseconds, 0 to 5000');
}

/** Milliseconds as µs. */
export function parseDelayUs(text: string): number {
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) throw wrong(text, 'is no delay: give milliseconds, such as 12.5');
  return Number(text) * 1000;
}

/** Seconds, as ms. */
export function parseTimeoutMs(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds <= 0 || seconds > 3600) {
    throw wrong(text, 'is no timeout: give seconds, more than 0 and at most 3600');
  }
  return seconds * 1000;
}

function wrong(text: string, what: string): CommandError {
  return new CommandError('USAGE', `'${text}' ${what}`);
}
