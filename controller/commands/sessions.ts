import { hostname } from 'node:os';
import { CommandError } from '../exit-codes.ts';
import { identityJson, sessionsJson } from '../json.ts';
import { PasswordInput } from '../password-input.ts';
import { renderIdentity, renderSessions } from '../render-people.ts';
import type { Session } from '../session.ts';

// Commands about being logged in.

export async function login(session: Session, name: string, code: string | undefined): Promise<void> {
  if (session.io.stdin?.isTTY) await showKey(session);
  const input = new PasswordInput(session.io);
  const password = code === undefined ? await input.ask('Password: ') : await input.askNew('New password: ');
  const client = hostname();
  await session.client.meet();
  await session.client.keys?.beOneself();
  session.client.restart();
  const body = { kind: 'login', name, password, code: code ?? '', client } as const;
  const identity = await session.client.ask(body, 'identity');
  session.client.keys?.setPerson(identity.name);
  session.show(
    () => renderIdentity(identity),
    () => ({ ...identityJson(identity), fingerprint: session.client.keys?.fingerprint ?? null }),
  );
}

export async function logout(session: Session): Promise<void> {
  const note = await endOwn(session);
  session.client.keys?.setPerson(undefined);
  session.showNote(note);
}

// A password isn't for anybody else: this is by what people can tell.
async function showKey(session: Session): Promise<void> {
  await session.client.meet();
  const fingerprint = session.client.keys?.fingerprint;
  if (fingerprint !== undefined) session.io.stderr.write(`The coordinator's key is ${fingerprint}\n`);
}

async function endOwn(session: Session): Promise<string> {
  try {
    return (await session.client.ask({ kind: 'logout' }, 'done')).note;
  } catch (error) {
    if (error instanceof CommandError && error.code === 'UNAUTHENTICATED') return 'you were not logged in';
    throw error;
  }
}

export async function whoAmI(session: Session): Promise<void> {
  const identity = await session.client.ask({ kind: 'whoAmI' }, 'identity');
  session.show(
    () => renderIdentity(identity),
    () => identityJson(identity),
  );
}

export async function sessions(session: Session): Promise<void> {
  const { sessions } = await session.client.ask({ kind: 'listSessions' }, 'sessions');
  session.show(
    () => renderSessions(sessions),
    () => sessionsJson(sessions),
  );
}

export async function endSession(session: Session, sessionId: string): Promise<void> {
  const { note } = await session.client.ask({ kind: 'endSession', sessionId }, 'done');
  session.showNote(note);
}
