import * as v from 'valibot';
import { count, id, number, text } from './checks.ts';

export const role = v.picklist(['GUEST', 'MEMBER', 'ADMIN']);
export const password = v.pipe(v.string(), v.maxLength(1000, 'a password is longer than 1000 characters'));
export const user = v.object({ name: text, role, sessions: count });
export const personSession = v.object({
  sessionId: id,
  name: text,
  role,
  client: text,
  createdUnixMs: number,
  lastSeenUnixMs: number,
  expiresUnixMs: number,
  room: text,
});
export const identity = v.object({
  name: text,
  role,
  how: v.picklist(['session', 'local', 'open', 'stranger']),
  session: v.exactOptional(personSession),
});
export const historyEntry = v.object({
  atUnixMs: number,
  by: text,
  room: text,
  action: text,
  outcome: text,
  done: v.boolean(),
});
