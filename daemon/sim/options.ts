import { InvalidArgumentError } from 'commander';

/** @throws {InvalidArgumentError} when it isn't a number of 0 or more */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text === '' || !(value >= 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('not a number of 0 or more');
  return value;
}
