import { CommandError } from '../exit-codes.ts';
import type { Session } from '../session.ts';

// Commands about keys: the speakers', and the coordinator's.

export async function adoptSpeaker(session: Session, name: string, code: string): Promise<void> {
  const { note } = await session.client.ask({ kind: 'adoptSpeaker', name, code }, 'done');
  session.showNote(note);
}

export async function forgetSpeaker(session: Session, name: string): Promise<void> {
  const { note } = await session.client.ask({ kind: 'forgetSpeaker', name }, 'done');
  session.showNote(note);
}

export async function rotateKey(session: Session): Promise<void> {
  const { note } = await session.client.ask({ kind: 'rotateKey' }, 'done');
  session.showNote(note);
}

export async function showKey(session: Session): Promise<void> {
  await session.client.meet();
  const fingerprint = session.client.keys?.fingerprint ?? null;
  session.show(
    () => fingerprint ?? 'the coordinator has no key: it runs with --security none',
    () => ({ fingerprint }),
  );
}

export async function forgetKey(session: Session): Promise<void> {
  const { host, port } = session.client.address;
  if (!session.client.keys?.forget())
    throw new CommandError('NOT_FOUND', `no key of a coordinator at ${host}:${port} is kept on this device`);
  session.showNote(`The key of the coordinator at ${host}:${port} is forgotten: log in again.`);
}
