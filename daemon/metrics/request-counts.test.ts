import test from 'ava';
import { RequestCounts } from './request-counts.ts';

test('requests are counted by kind and outcome; what a room is asked by what it is', (t) => {
  const counts = new RequestCounts();
  const play = { kind: 'callRoom', room: 'main', command: { body: { kind: 'play' } } } as const;
  const done = { kind: 'done', note: '' } as const;
  const busy = { kind: 'failure', code: 'BUSY', message: 'a moment' } as const;
  counts.note({ kind: 'getInfo' }, done);
  counts.note(play, { kind: 'room', body: done });
  counts.note(play, { kind: 'room', body: done });
  counts.note(play, { kind: 'room', body: busy });
  counts.note(play, busy);
  t.deepEqual(counts.all, [
    { kind: 'getInfo', outcome: 'done', times: 1 },
    { kind: 'room.play', outcome: 'done', times: 2 },
    { kind: 'room.play', outcome: 'busy', times: 2 },
  ]);
});
