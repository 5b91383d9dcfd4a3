import { setTimeout as sleep } from 'node:timers/promises';
import type { RoomStatus } from '../../protos/index.ts';
import { CommandError } from '../exit-codes.ts';
import { statusJson } from '../json.ts';
import { LiveView } from '../live-view.ts';
import { formatError, formatTime, formatUs } from '../quantities.ts';
import { renderItem } from '../render.ts';
import { renderStatus } from '../render-status.ts';
import type { Session } from '../session.ts';
import { plain } from '../text.ts';

/** What is watched. */
export interface Watching {
  readonly room: string;
  /** Ends it, too. */
  readonly until?: AbortSignal;
}

/**
 * Shows a room until Ctrl-C: redrawn four times a second on a terminal, else a line a second. A
 * coordinator that goes away while it is watched is waited for.
 * @throws {CommandError} when the first request fails
 */
export async function watch(
  session: Session,
  { room, until }: Watching = { room: session.room },
): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  if (until?.aborted) return;
  until?.addEventListener('abort', end, { once: true });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  const live = session.io.stdout.isTTY && !session.json;
  try {
    await (live ? watchLive : watchLines)(session, room, ended.signal);
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}

async function watchLive(session: Session, room: string, ended: AbortSignal): Promise<void> {
  const view = new LiveView(session.io.stdout);
  const draw = (status: RoomStatus, problem?: string): void => {
    const text = renderStatus(status, session.paint);
    view.draw(problem === undefined ? text : `${text}\n\n${session.paint.bad(plain(problem))}`);
  };
  try {
    await poll(session, room, 250, ended, draw);
  } finally {
    view.end();
  }
}

async function watchLines(session: Session, room: string, ended: AbortSignal): Promise<void> {
  await poll(session, room, 1000, ended, (status, problem) => {
    if (problem !== undefined) return session.io.stderr.write(`${plain(problem)}\n`);
    const line = session.json ? JSON.stringify(statusJson(status)) : renderLine(status);
    return session.io.stdout.write(`${line}\n`);
  });
}

async function poll(
  session: Session,
  room: string,
  everyMs: number,
  ended: AbortSignal,
  show: (status: RoomStatus, problem?: string) => void,
): Promise<void> {
  const ask = () => session.client.askRoom(room, { kind: 'getStatus' }, 'status');
  const stop = new Promise<undefined>((resolve) => {
    ended.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  let last: RoomStatus | undefined = await Promise.race([ask(), stop]);
  if (last) show(last);
  while (last && !ended.aborted) {
    await sleep(everyMs, undefined, { signal: ended }).catch(() => {});
    try {
      const status: RoomStatus | undefined = await Promise.race([ask(), stop]);
      if (!status) return;
      last = status;
      show(last);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      show(last, `${error.message} (trying again)`);
    }
  }
}

/** One line a second for logs: "main playing 1:23 of 3:45, Title; kitchen 12 µs late (±40 µs); …". */
function renderLine(status: RoomStatus): string {
  const { item, positionS, durationS } = status;
  const position = item ? ` ${formatTime(positionS)} of ${formatTime(durationS)}, ${renderItem(item)}` : '';
  const speakers = status.speakers.map(({ member, online, report }) => {
    const name = plain(member.name);
    if (!online || !report) return `${name} ${online ? 'joining' : 'offline'}`;
    const { playout, clock } = report;
    if (playout.state !== 'SOUNDING') return `${name} ${playout.state.toLowerCase()}`;
    return `${name} ${formatError(playout.errorUs)} (±${formatUs(clock.errorBoundUs)})`;
  });
  const room = `${plain(status.roomName)} ${status.state.toLowerCase()}${position}`;
  return [room, ...speakers].join('; ');
}
