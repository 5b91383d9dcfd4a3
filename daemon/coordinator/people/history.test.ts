import test from 'ava';
import type { HistoryEntry } from '../../../protos/index.ts';
import { HISTORY_LIMIT, type History, newest, withEntry } from './history.ts';

const entry = (action: string, changes: Partial<HistoryEntry> = {}): HistoryEntry => ({
  atUnixMs: 1000,
  by: 'anna',
  room: 'main',
  action,
  outcome: '',
  done: true,
  ...changes,
});
const historyOf = (...entries: HistoryEntry[]): History =>
  entries.reduce<History>((all, one) => withEntry(all, one), []);

test('the newest comes first, and as many as are wanted', (t) => {
  const history = historyOf(entry('play'), entry('pause'), entry('next'));
  t.deepEqual(
    newest(history, 2).map(({ action }) => action),
    ['next', 'pause'],
  );
  t.is(newest(history, 0).length, 3, '0 is all');
});

test('the oldest go when there are too many', (t) => {
  const all = Array.from({ length: HISTORY_LIMIT + 5 }, (_, i) => entry(`play ${i}`));
  const history = historyOf(...all);
  t.is(history.length, HISTORY_LIMIT);
  t.is(history[0]?.action, 'play 5');
  t.is(history.at(-1)?.number, HISTORY_LIMIT + 5, 'numbers count on');
});

test('what somebody is refused again and again takes one place', (t) => {
  const refused = entry('next', { done: false, outcome: 'busy' });
  const history = historyOf(entry('play'), refused, { ...refused, atUnixMs: 2000, outcome: 'still busy' });
  t.is(history.length, 2);
  t.like(history[1], { number: 2, atUnixMs: 2000, outcome: 'still busy' });
  t.is(withEntry(history, { ...refused, by: 'ben' }).length, 3, "another's is another");
  t.is(historyOf(entry('next'), entry('next')).length, 2, 'and what was done was done twice');
});
