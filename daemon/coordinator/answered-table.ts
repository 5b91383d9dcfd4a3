import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { ANSWERED_LIMIT, type Answered } from './repeats.ts';

/** SQL that makes the table of what was answered. */
export const ANSWERED_TABLE = `
  CREATE TABLE answered (
    number INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT NOT NULL UNIQUE, reply BLOB NOT NULL);`;

const answeredRow = v.object({ request: v.string(), reply: v.instance(Uint8Array) });

/** Oldest first. @throws when what is there isn't that */
export function readAnswered(database: DatabaseSync): Answered[] {
  return v.parse(
    v.array(answeredRow),
    database.prepare('SELECT request, reply FROM answered ORDER BY number').all(),
  );
}

/** Adds an answer, and forgets those that are too old. Within a transaction. */
export function writeAnswered(database: DatabaseSync, { request, reply }: Answered): void {
  const insert = database.prepare('INSERT OR REPLACE INTO answered (request, reply) VALUES (?, ?)');
  const { lastInsertRowid } = insert.run(request, reply);
  database.prepare('DELETE FROM answered WHERE number <= ?').run(Number(lastInsertRowid) - ANSWERED_LIMIT);
}
