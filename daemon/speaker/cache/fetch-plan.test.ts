import test from 'ava';
import fc from 'fast-check';
import { type Demand, type Fetch, inTheWay, nextFetch } from './fetch-plan.ts';

const all = Number.POSITIVE_INFINITY;

function demand(hash: string, missing: readonly number[], more: Partial<Demand> = {}): Demand {
  return {
    hash,
    waited: [],
    indexMissing: false,
    chunks: 10,
    cursor: 0,
    window: all,
    isMissing: (chunk) => missing.includes(chunk),
    ...more,
  };
}

test('what is waited for goes first, the longest waiting first', (t) => {
  const demands = [demand('a', [3, 5, 7], { waited: [5, 3] }), demand('b', [0], { waited: ['index'] })];
  t.deepEqual(nextFetch(demands, []), { hash: 'a', part: 5 });
  t.deepEqual(nextFetch(demands, [{ hash: 'a', part: 5 }]), { hash: 'a', part: 3 });
});

test('while something is waited for, nothing is fetched ahead, and what was makes way', (t) => {
  const demands = [demand('a', [3, 4], { waited: [3] })];
  const ahead = { hash: 'b', part: 0 };
  t.is(nextFetch(demands, [{ hash: 'a', part: 3 }]), undefined);
  t.deepEqual(inTheWay(demands, [ahead, { hash: 'a', part: 3 }]), [ahead]);
  t.deepEqual(inTheWay([demand('a', [3])], [ahead]), []);
});

test('ahead of need, the tracks come in order, from where they are read to the end', (t) => {
  const a = demand('a', [1, 6], { cursor: 5 });
  t.deepEqual(nextFetch([a, demand('b', [2])], []), { hash: 'a', part: 6 });
  t.deepEqual(nextFetch([demand('a', [1], { cursor: 5 }), demand('b', [2])], []), { hash: 'b', part: 2 });
  t.deepEqual(nextFetch([demand('a', [1], { cursor: 5 }), demand('b', [])], []), { hash: 'a', part: 1 });
  t.is(nextFetch([demand('a', [])], []), undefined);
});

test('a track’s index comes before its bytes', (t) => {
  t.deepEqual(nextFetch([demand('a', [0], { indexMissing: true })], []), { hash: 'a', part: 'index' });
});

test('without room on the disk only the window is fetched', (t) => {
  t.is(nextFetch([demand('a', [0, 7, 8], { cursor: 5, window: 2 })], []), undefined);
  t.deepEqual(nextFetch([demand('a', [0, 6], { cursor: 5, window: 2 })], []), { hash: 'a', part: 6 });
});

test('everything missing is fetched once and nothing else, whatever is waited for', (t) => {
  const chunks = fc.uniqueArray(fc.nat(9));
  const track = fc.record({ missing: chunks, waited: chunks, cursor: fc.nat(9), indexMissing: fc.boolean() });
  fc.assert(
    fc.property(fc.array(track, { maxLength: 4 }), fc.infiniteStream(fc.boolean()), (tracks, finishes) => {
      const fetched: string[] = [];
      const underway: Fetch[] = [];
      const key = ({ hash, part }: Fetch) => `${hash} ${part}`;
      const isDone = (fetch: Fetch) => fetched.includes(key(fetch));
      const demands = () =>
        tracks.map(({ missing, waited, cursor, indexMissing }, at) => {
          const hash = String(at);
          const isMissing = (part: number) => missing.includes(part) && !isDone({ hash, part });
          return demand(hash, [], {
            isMissing,
            waited: waited.filter(isMissing),
            cursor,
            indexMissing: indexMissing && !isDone({ hash, part: 'index' }),
          });
        });
      for (;;) {
        const next = nextFetch(demands(), underway);
        if (next) {
          t.false(isDone(next) || underway.some((fetch) => key(fetch) === key(next)), `${key(next)} twice`);
          underway.push(next);
          t.true(underway.length <= 4);
        }
        if (next && !finishes.next().value) continue;
        const done = underway.shift();
        if (!done) break;
        fetched.push(key(done));
      }
      const expected = tracks.flatMap(({ missing, indexMissing }, at) => [
        ...missing.map((chunk) => `${at} ${chunk}`),
        ...(indexMissing ? [`${at} index`] : []),
      ]);
      t.deepEqual([...fetched].sort(), expected.sort());
    }),
  );
});
