import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { role } from '../../../protos/people.ts';
import { parsePublicKey } from '../../security/keys.ts';
import type { PeopleState, Session, User } from './people.ts';

/** SQL that makes the tables of users and sessions. */
export const PEOPLE_TABLES = `
  CREATE TABLE user (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL);
  CREATE TABLE session (
    session_id TEXT PRIMARY KEY, name TEXT NOT NULL REFERENCES user, key TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL, created_ms REAL NOT NULL, last_seen_ms REAL NOT NULL);
  CREATE TABLE first_code (code TEXT NOT NULL);`;

const password = v.object({
  salt: v.string(),
  hash: v.string(),
  cost: v.number(),
  blockSize: v.number(),
  parallelization: v.number(),
});
const userRow = v.pipe(
  v.object({ name: v.string(), role, password: v.string() }),
  v.transform((row): User => ({ ...row, password: v.parse(password, JSON.parse(row.password)) })),
);
const key = v.pipe(
  v.string(),
  v.transform(parsePublicKey),
  v.nonNullish(v.custom<NonNullable<ReturnType<typeof parsePublicKey>>>((one) => one !== undefined)),
);
const sessionRow = v.pipe(
  v.object({
    session_id: v.string(),
    name: v.string(),
    key,
    client: v.string(),
    created_ms: v.number(),
    last_seen_ms: v.number(),
  }),
  v.transform(
    ({ session_id, created_ms, last_seen_ms, ...row }): Session => ({
      ...row,
      sessionId: session_id,
      createdMs: created_ms,
      lastSeenMs: last_seen_ms,
    }),
  ),
);
const codeRow = v.optional(v.object({ code: v.string() }), { code: '' });

/** @throws when what is there isn't people */
export function readPeople(database: DatabaseSync): PeopleState {
  return {
    users: v.parse(v.array(userRow), database.prepare('SELECT * FROM user ORDER BY rowid').all()),
    sessions: v.parse(v.array(sessionRow), database.prepare('SELECT * FROM session ORDER BY rowid').all()),
    firstCode: v.parse(codeRow, database.prepare('SELECT code FROM first_code').get()).code,
  };
}

/** Replaces all that is there. Within a transaction. */
export function writePeople(database: DatabaseSync, { users, sessions, firstCode }: PeopleState): void {
  database.exec('DELETE FROM session; DELETE FROM user; DELETE FROM first_code');
  const user = database.prepare('INSERT INTO user VALUES (?, ?, ?)');
  for (const one of users) user.run(one.name, one.role, JSON.stringify(one.password));
  const session = database.prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)');
  for (const { sessionId, name, key, client, createdMs, lastSeenMs } of sessions)
    session.run(sessionId, name, key, client, createdMs, lastSeenMs);
  if (firstCode) database.prepare('INSERT INTO first_code VALUES (?)').run(firstCode);
}
