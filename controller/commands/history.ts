import { historyJson } from '../json.ts';
import { renderHistory } from '../render-people.ts';
import type { Session } from '../session.ts';
import { parseCount } from '../values.ts';

/** Shows who did what. */
export async function history(session: Session, count: string): Promise<void> {
  const { entries } = await session.client.ask({ kind: 'getHistory', limit: parseCount(count) }, 'history');
  session.show(
    () => renderHistory(entries),
    () => historyJson(entries),
  );
}
