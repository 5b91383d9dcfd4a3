import type { RoomCommand } from '../protos/index.ts';
import type { CommandError } from './exit-codes.ts';

/** A command that is busy is tried for as long as this from then on. */
export const BUSY_RETRY_FOR_MS = 1000;
/** Where the coordinator doesn't say when to try again. */
const BUSY_RETRY_EVERY_MS = 100;
/** A reply that hasn't come after this long may have been lost with the program that owed it. */
const REPLY_LOST_AFTER_MS = 1500;

/** How long to wait before a command that was refused is tried again; undefined: it's not to be. @param leftMs in which it may be */
export function retryDelayMs(
  { code, retryAfterMs }: Pick<CommandError, 'code' | 'retryAfterMs'>,
  leftMs: number,
): number | undefined {
  const delayMs = Math.max(1, retryAfterMs ?? BUSY_RETRY_EVERY_MS);
  return code === 'BUSY' && delayMs <= leftMs ? delayMs : undefined;
}

/** How long to wait for the reply to one sending of a request, of the time that is left. */
export function attemptMs(leftMs: number): number {
  return leftMs < 2 * REPLY_LOST_AFTER_MS ? leftMs : REPLY_LOST_AFTER_MS;
}

/** A command with how long ago it was given, where the room has to know. */
export function withAge(body: RoomCommand['body'], askedMsAgo: number): RoomCommand['body'] {
  switch (body.kind) {
    case 'next':
    case 'prev':
    case 'toggle':
      return { ...body, askedMsAgo };
    case 'seek':
      return body.relative ? { ...body, askedMsAgo } : body;
    default:
      return body;
  }
}
