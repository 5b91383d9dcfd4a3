import { fstatSync } from 'node:fs';
import * as v from 'valibot';

const entry = v.looseObject({
  level: v.string(),
  time: v.optional(v.unknown()),
  msg: v.optional(v.string(), ''),
  room: v.optional(v.string()),
  err: v.optional(v.looseObject({ stack: v.optional(v.string()) })),
});

/** syslog's priorities, as sd-daemon(3) wants them at a line's beginning. */
const priorities: Readonly<Record<string, number>> = { fatal: 2, error: 3, warn: 4, info: 6, debug: 7 };

/**
 * Whether a file descriptor is the journal's: systemd says which device and inode that has.
 * @param journalStream the environment's JOURNAL_STREAM
 */
export function isJournal(journalStream: string | undefined, fd: number): boolean {
  if (!journalStream) return false;
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return journalStream === `${dev}:${ino}`;
}

/**
 * One of pino's JSON lines as the journal wants it: its priority, and all in one line. The journal knows the time,
 * the program and the host by itself.
 */
export function journalLine(json: string): string {
  const { level, time: _, msg, room, err, ...others } = v.parse(entry, JSON.parse(json));
  const fields = Object.entries(others).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const text = [
    room === undefined ? msg : `room ${room}: ${msg}`,
    fields.length > 0 ? `(${fields.join(', ')})` : '',
    err?.stack
      ? `[${err.stack
          .split('\n')
          .map((line) => line.trim())
          .join(' < ')}]`
      : '',
  ];
  return `<${priorities[level] ?? 6}>${oneLine(text.filter(Boolean).join(' '))}\n`;
}

/** Text without what would end a line or what a terminal would obey; names come from outside. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
