import { isatty } from 'node:tty';
import pino from 'pino';
import { isJournal, journalLine, oneLine } from './log-journal.ts';
import { describeRepetition, LogLimit, type Repetition } from './log-limit.ts';

/** How much the log tells, from least to most. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const STDERR = 2;
const { warn: WARN, error: ERROR } = pino.levels.values;

/**
 * The program's log on stderr, one line an event: for people on a terminal, with priorities for systemd's journal,
 * JSON elsewhere. It writes at once and in this thread, so that the last line before a crash is there too.
 * A warning or error that is repeated is logged once, then counted; see LogLimit.
 * @param room the room that a room process serves; on each of its lines
 */
export async function createLogger(level: LogLevel, room?: string): Promise<pino.Logger> {
  const options: pino.LoggerOptions = {
    level,
    base: room === undefined ? null : { room },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const stream = await destination();
  return pino({ ...options, hooks: { logMethod: limited(pino(options, stream)) } }, stream);
}

type LogMethod = NonNullable<NonNullable<pino.LoggerOptions['hooks']>['logMethod']>;

/** @param counts logs what has been held back */
function limited(counts: pino.Logger): LogMethod {
  const limit = new LogLimit();
  let timer: NodeJS.Timeout | undefined;
  const tell = (repetitions: readonly Repetition[]): void => {
    for (const one of repetitions)
      counts[one.level >= Number(ERROR) ? 'error' : 'warn'](describeRepetition(one));
  };
  const tellWhenDue = (): void => {
    const { dueMs } = limit;
    if (timer || dueMs === undefined) return;
    const onDue = (): void => {
      timer = undefined;
      tell(limit.due(performance.now()));
      tellWhenDue();
    };
    timer = setTimeout(onDue, Math.max(0, dueMs - performance.now())).unref();
  };
  process.once('exit', () => tell(limit.rest()));
  return function logLimited(args, method, level) {
    const at = typeof args[0] === 'string' ? 0 : 1;
    const message = oneLine(String(args[at] ?? ''));
    const admitted = level < Number(WARN) || limit.admit(level, message, performance.now());
    tellWhenDue();
    if (!admitted) return;
    args[at] = message;
    method.apply(this, args);
  };
}

async function destination(): Promise<pino.DestinationStream> {
  if (isatty(STDERR)) return prettyStream();
  const stream = pino.destination({ fd: STDERR, sync: true });
  if (!isJournal(process.env.JOURNAL_STREAM, STDERR)) return stream;
  return { write: (line) => void stream.write(journalLine(line)) };
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
