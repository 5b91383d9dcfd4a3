import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { HISTORY_LIMIT, type History, type NumberedEntry } from './history.ts';

/** SQL that makes the table of the history. */
export const HISTORY_TABLE = `
  CREATE TABLE history (
    number INTEGER PRIMARY KEY, at_unix_ms REAL NOT NULL, by_whom TEXT NOT NULL, room TEXT NOT NULL,
    action TEXT NOT NULL, outcome TEXT NOT NULL, done INTEGER NOT NULL);`;

const historyRow = v.pipe(
  v.object({
    number: v.number(),
    at_unix_ms: v.number(),
    by_whom: v.string(),
    room: v.string(),
    action: v.string(),
    outcome: v.string(),
    done: v.number(),
  }),
  v.transform(
    ({ at_unix_ms, by_whom, done, ...row }): NumberedEntry => ({
      ...row,
      atUnixMs: at_unix_ms,
      by: by_whom,
      done: done !== 0,
    }),
  ),
);

/** @throws when what is there isn't a history */
export function readHistory(database: DatabaseSync): History {
  return v.parse(v.array(historyRow), database.prepare('SELECT * FROM history ORDER BY number').all());
}

/** Adds entries, and forgets those that are too old. Within a transaction. */
export function writeHistory(database: DatabaseSync, entries: History): void {
  const insert = database.prepare('INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?, ?, ?, ?)');
  for (const { number, atUnixMs, by, room, action, outcome, done } of entries)
    insert.run(number, atUnixMs, by, room, action, outcome, done ? 1 : 0);
  const last = entries.at(-1)?.number ?? 0;
  database.prepare('DELETE FROM history WHERE number <= ?').run(last - HISTORY_LIMIT);
}
