import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { plain } from '../text.ts';
import { watch } from './watch.ts';

/** The coordinator takes whom it hasn't heard of for 45 s for gone. */
const STILL_HERE_EVERY_MS = 10_000;

/**
 * Is in a room and shows it live, as watch does, until Ctrl-C or until the person is made to leave from elsewhere.
 * @throws {CommandError} when the first request fails
 */
export async function join(session: Session, room: string): Promise<void> {
  await session.client.ask({ kind: 'joinRoom', room }, 'done');
  const away = new AbortController();
  let why: string | undefined;
  const staying = stayIn(session, room, away.signal).then((reason) => {
    why = reason;
    away.abort();
  });
  try {
    await watch(session, { room, until: away.signal });
  } finally {
    away.abort();
    await staying;
  }
  if (why === undefined) await leaveQuietly(session);
  else if (!session.json) session.io.stdout.write(`${plain(why)}\n`);
}

export async function leave(session: Session): Promise<void> {
  const { note } = await session.client.ask({ kind: 'leaveRoom' }, 'done');
  session.showNote(note);
}

/** Tells why the person isn't there any more; undefined: it was ended here. */
async function stayIn(session: Session, room: string, ended: AbortSignal): Promise<string | undefined> {
  for (;;) {
    await sleep(STILL_HERE_EVERY_MS, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) return undefined;
    const reason = await stillIn(session, room);
    if (reason !== undefined) return reason;
  }
}

async function stillIn(session: Session, room: string): Promise<string | undefined> {
  try {
    await session.client.ask({ kind: 'stillHere' }, 'done');
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // A coordinator that was started again doesn't know who was where.
    if (error.code === 'NOT_FOUND') return rejoin(session, room);
    return error.code === 'UNREACHABLE' || error.code === 'BUSY' ? undefined : error.message;
  }
}

async function rejoin(session: Session, room: string): Promise<string | undefined> {
  try {
    await session.client.ask({ kind: 'joinRoom', room }, 'done');
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.code === 'UNREACHABLE' || error.code === 'BUSY' ? undefined : error.message;
  }
}

// If it can't be said, it lapses by itself.
async function leaveQuietly(session: Session): Promise<void> {
  try {
    await session.client.ask({ kind: 'leaveRoom' }, 'done');
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
}
