import type { HistoryEntry } from '../../../protos/index.ts';

/** An entry with its number, which counts up; the same number again replaces it. */
export interface NumberedEntry extends HistoryEntry {
  readonly number: number;
}

/** Who did what: oldest first. */
export type History = readonly NumberedEntry[];

export const HISTORY_LIMIT = 1000;

/** The history with another entry. What somebody is refused time after time stands there once, as the last time. */
export function withEntry(history: History, entry: HistoryEntry): History {
  const last = history.at(-1);
  if (last && !entry.done && isSameAction(last, entry))
    return [...history.slice(0, -1), { ...entry, number: last.number }];
  return [...history, { ...entry, number: (last?.number ?? 0) + 1 }].slice(-HISTORY_LIMIT);
}

/** The newest entries, newest first. @param limit 0: all */
export function newest(history: History, limit: number): HistoryEntry[] {
  const entries = limit === 0 ? history : history.slice(-limit);
  return entries.map(({ number: _, ...entry }) => entry).reverse();
}

function isSameAction(a: HistoryEntry, b: HistoryEntry): boolean {
  return a.by === b.by && a.room === b.room && a.action === b.action && a.done === b.done;
}
