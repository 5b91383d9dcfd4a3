import test from 'ava';
import type { HistoryEntry, PersonSession } from '../protos/index.ts';
import {
  renderHistory,
  renderIdentity,
  renderLastAction,
  renderSessions,
  renderUsers,
} from './render-people.ts';

const now = Date.UTC(2026, 10, 22, 12);
const evil = 'a\x1b[2Jb\u202ec\n';
const shown = 'a␛[2Jb\ufffdc␊';
const session: PersonSession = {
  sessionId: '1f9a03c2',
  name: 'anna',
  role: 'MEMBER',
  client: 'desk',
  createdUnixMs: now - 50 * 3_600_000,
  lastSeenUnixMs: now - 90_000,
  expiresUnixMs: now + 30 * 86_400_000,
  room: '',
};
const entry: HistoryEntry = { atUnixMs: now, by: 'anna', room: '', action: 'next', outcome: '', done: true };

test('sessions are shown with their ages', (t) => {
  t.regex(
    renderSessions([session], now),
    /1f9a03c2 +anna +member +desk +– +2 days ago +1 min ago +2026-12-22/,
  );
});

test('who one is, is said with how that is known', (t) => {
  t.is(
    renderIdentity({ name: 'anna', role: 'MEMBER', how: 'session', session }),
    'anna, member (session 1f9a03c2)',
  );
  t.regex(
    renderIdentity({ name: 'root', role: 'ADMIN', how: 'local' }),
    /root, admin: on the coordinator's host/,
  );
  t.regex(renderIdentity({ name: 'root', role: 'ADMIN', how: 'open' }), /--security none/);
  t.regex(renderIdentity({ name: '', role: 'GUEST', how: 'stranger' }), /not logged in/);
});

test('what was refused is told apart from what was done', (t) => {
  const refused = { ...entry, done: false, outcome: 'a guest may not do this here' };
  t.regex(renderHistory([refused]), /anna +– +next +not done: a guest may not do this here/);
  t.notRegex(renderHistory([entry]), /not done/);
});

test('where there is nothing, that is said', (t) => {
  for (const text of [renderSessions([]), renderUsers([]), renderHistory([])]) t.regex(text, /^[A-Z].*\.$/);
});

test('what a terminal would obey in names, devices, actions and outcomes is shown as a sign', (t) => {
  const texts = [
    renderSessions([{ ...session, sessionId: evil, name: evil, client: evil, room: evil }], now),
    renderUsers([{ name: evil, role: 'GUEST', sessions: 0 }]),
    renderHistory([{ ...entry, by: evil, room: evil, action: evil, outcome: evil }]),
    renderHistory([{ ...entry, outcome: evil, done: false }]),
    renderIdentity({ name: evil, role: 'GUEST', how: 'local' }),
    renderLastAction({ ...entry, by: evil, action: evil }, now),
  ];
  for (const text of texts) {
    t.true(text.includes(shown), text);
    t.false(text.includes('\x1b') || text.includes('\u202e'));
  }
});
