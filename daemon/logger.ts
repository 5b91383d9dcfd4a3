import type pino from 'pino';

/** What a part needs of the program's log. */
export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>;
