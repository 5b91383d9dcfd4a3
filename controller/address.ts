import { CommandError } from './exit-codes.ts';

/** Where a coordinator's lobby listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export const DEFAULT_PORT = 7400;

/** @throws {CommandError} USAGE, unless the text is HOST or HOST:PORT */
export function parseAddress(text: string): Address {
  const match = /^([^\s:/]+)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[2] ?? DEFAULT_PORT);
  if (!match?.[1] || port < 1 || port > 65535) {
    throw new CommandError('USAGE', `'${text}' is no address of a coordinator: give HOST or HOST:PORT`);
  }
  return { host: match[1], port };
}
