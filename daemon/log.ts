import { isatty } from 'node:tty';
import pino from 'pino';

/** How much the log tells, from least to most. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const STDERR = 2;

/**
 * The program's log on stderr, one line an event: for people on a terminal, JSON elsewhere.
 * It writes at once and in this thread, so that the last line before a crash is there too.
 * @param room the room that a room process serves; on each of its lines
 */
export async function createLogger(level: LogLevel, room?: string): Promise<pino.Logger> {
  const options: pino.LoggerOptions = {
    level,
    base: room === undefined ? null : { room },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return pino(options, isatty(STDERR) ? await prettyStream() : pino.destination({ fd: STDERR, sync: true }));
}

// Loaded where it is used only: a room process under systemd does without its memory.
async function prettyStream(): Promise<pino.DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({
    destination: STDERR,
    sync: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,room',
    messageFormat: '{if room}room {room}: {end}{msg}',
    singleLine: true,
  });
}
