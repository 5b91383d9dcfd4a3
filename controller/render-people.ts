import type { HistoryEntry, Identity, PersonSession, User } from '../protos/index.ts';
import { formatAge } from './quantities.ts';
import { table } from './table.ts';
import { plain, short } from './text.ts';

/** What whoami and login show. */
export function renderIdentity({ name, role, how, session }: Identity): string {
  switch (how) {
    case 'session':
      return `${plain(name)}, ${role.toLowerCase()}${session ? ` (session ${plain(session.sessionId)})` : ''}`;
    case 'local':
      return `${plain(name)}, admin: on the coordinator's host nobody has to log in`;
    case 'open':
      return `${plain(name)}, admin: this coordinator runs with --security none, everybody may do everything`;
    case 'stranger':
      return 'a stranger: not logged in';
  }
}

export function renderUsers(users: readonly User[]): string {
  if (users.length === 0) return 'There are no users yet. "jamctl user add NAME" adds one.';
  const rows = users.map(({ name, role, sessions }) => [plain(name), role.toLowerCase(), String(sessions)]);
  return table([{ head: 'USER' }, { head: 'ROLE' }, { head: 'SESSIONS', right: true }], rows);
}

/** @param nowMs wall time */
export function renderSessions(sessions: readonly PersonSession[], nowMs = Date.now()): string {
  if (sessions.length === 0) return 'Nobody is logged in.';
  const rows = sessions.map((one) => [
    plain(one.sessionId),
    plain(one.name),
    one.role.toLowerCase(),
    short(one.client, 30),
    plain(one.room) || '–',
    formatAge(nowMs - one.createdUnixMs),
    formatAge(nowMs - one.lastSeenUnixMs),
    localTime(one.expiresUnixMs),
  ]);
  const heads = ['SESSION', 'USER', 'ROLE', 'DEVICE', 'IN ROOM', 'SINCE', 'LAST SEEN', 'EXPIRES'];
  return table(
    heads.map((head) => ({ head })),
    rows,
  );
}

export function renderHistory(entries: readonly HistoryEntry[]): string {
  if (entries.length === 0) return 'Nobody has done anything yet.';
  const rows = entries.map((one) => [
    localTime(one.atUnixMs),
    plain(one.by),
    plain(one.room) || '–',
    short(one.action, 50),
    one.done ? short(one.outcome, 80) : `not done: ${short(one.outcome, 80)}`,
  ]);
  const heads = ['TIME', 'WHO', 'ROOM', 'WHAT', 'OUTCOME'];
  return table(
    heads.map((head) => ({ head })),
    rows,
  );
}

/** "play 3, by anna, 2 min ago". @param nowMs wall time */
export function renderLastAction({ by, action, atUnixMs }: HistoryEntry, nowMs = Date.now()): string {
  const who = by === '' ? '' : `, by ${plain(by)}`;
  return `${short(action, 50)}${who}, ${formatAge(nowMs - atUnixMs)}`;
}

function localTime(unixMs: number): string {
  return new Date(unixMs).toLocaleString('sv-SE');
}
