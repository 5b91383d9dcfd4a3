import { sameName } from '../../daemon/coordinator/same-name.ts';
import { usersJson } from '../json.ts';
import { PasswordInput } from '../password-input.ts';
import { renderUsers } from '../render-people.ts';
import type { Session } from '../session.ts';
import { parseRole } from '../values.ts';

// Commands about the home's users.

export async function users(session: Session): Promise<void> {
  const { users } = await session.client.ask({ kind: 'listUsers' }, 'users');
  session.show(
    () => renderUsers(users),
    () => usersJson(users),
  );
}

export async function addUser(session: Session, name: string, roleName: string): Promise<void> {
  const role = parseRole(roleName);
  const password = await new PasswordInput(session.io).askNew('New password: ');
  return done(session, { kind: 'addUser', name, password, role });
}

export const removeUser = (session: Session, name: string): Promise<void> =>
  done(session, { kind: 'removeUser', name });

export async function setRole(session: Session, name: string, role: string): Promise<void> {
  return done(session, { kind: 'setRole', name, role: parseRole(role) });
}

/** One's own needs the old one; an admin sets those of others without. */
export async function setPassword(session: Session, name: string | undefined): Promise<void> {
  const input = new PasswordInput(session.io);
  const isOwn = name === undefined || (await isSelf(session, name));
  const oldPassword = isOwn ? await input.ask('Old password: ') : '';
  const password = await input.askNew('New password: ');
  return done(session, { kind: 'setPassword', name: isOwn ? '' : name, password, oldPassword });
}

async function isSelf(session: Session, name: string): Promise<boolean> {
  const identity = await session.client.ask({ kind: 'whoAmI' }, 'identity');
  return identity.how === 'session' && sameName(identity.name, name);
}

async function done(session: Session, body: Parameters<Session['client']['ask']>[0]): Promise<void> {
  const { note } = await session.client.ask(body, 'done');
  session.showNote(note);
}
