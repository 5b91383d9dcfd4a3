import { hostsJson } from '../json.ts';
import { renderHosts } from '../render.ts';
import type { Session } from '../session.ts';

// Commands about room hosts.

export async function hosts(session: Session): Promise<void> {
  const { hosts } = await session.client.ask({ kind: 'listHosts' }, 'hosts');
  session.show(
    () => renderHosts(hosts),
    () => hostsJson(hosts),
  );
}

export async function adoptHost(session: Session, name: string, code: string): Promise<void> {
  const { note } = await session.client.ask({ kind: 'adoptHost', name, code }, 'done');
  session.showNote(note);
}

export async function forgetHost(session: Session, name: string): Promise<void> {
  const { note } = await session.client.ask({ kind: 'forgetHost', name }, 'done');
  session.showNote(note);
}
