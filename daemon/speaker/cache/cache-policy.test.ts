import test from 'ava';
import fc from 'fast-check';
import { type CacheEntry, planCache, type TrackRef } from './cache-policy.ts';

const entry = (hash: string, diskBytes: number, lastUsedMs: number): CacheEntry => ({
  hash,
  diskBytes,
  lastUsedMs,
});
const ref = (hash: string, bytes: number): TrackRef => ({ hash, bytes });

test('what was used longest ago goes first', (t) => {
  const entries = [entry('old', 40, 1), entry('older', 40, 0), entry('new', 40, 2)];
  t.deepEqual(planCache([], entries, 100).evict, ['older']);
  t.deepEqual(planCache([], entries, 40).evict, ['old', 'older']);
  t.deepEqual(planCache([], entries, 120).evict, []);
});

test('what plays and what plays next stay and are fetched, however small the budget', (t) => {
  const plan = planCache([ref('a', 80), ref('b', 80), ref('c', 80)], [entry('a', 80, 0)], 100);
  t.deepEqual(plan.admitted, [ref('a', 80), ref('b', 80)]);
  t.deepEqual(plan.evict, []);
});

test('later tracks are fetched as far as the budget goes', (t) => {
  const wanted = ['a', 'b', 'c', 'd'].map((hash) => ref(hash, 30));
  t.deepEqual(planCache(wanted, [], 100).admitted.length, 3);
});

test('a full disk takes the longest unused first, and a later track that does not fit last', (t) => {
  const wanted = [ref('a', 30), ref('b', 30), ref('c', 500)];
  const entries = [entry('c', 20, 0), entry('x', 10, 1), entry('y', 10, 2)];
  t.deepEqual(planCache(wanted, entries, 100).spare, ['x', 'y', 'c']);
});

test('the budget is kept, nothing pinned is evicted, and nothing is evicted without need', (t) => {
  const hash = fc.constantFrom(...'abcdefghij');
  const wantedTracks = fc.uniqueArray(fc.record({ hash, bytes: fc.nat(50) }), {
    selector: (track) => track.hash,
  });
  const entries = fc.uniqueArray(fc.record({ hash, diskBytes: fc.nat(50), lastUsedMs: fc.nat(100) }), {
    selector: (one) => one.hash,
  });
  fc.assert(
    fc.property(wantedTracks, entries, fc.nat(300), (wanted, held, budget) => {
      const { admitted, evict, spare } = planCache(wanted, held, budget);
      const admittedHashes = admitted.map((track) => track.hash);
      t.deepEqual(admitted, wanted.slice(0, admitted.length));
      t.true(admitted.length >= Math.min(2, wanted.length));
      const gone = new Set(evict);
      t.false(admittedHashes.some((one) => gone.has(one)));
      t.is(
        admittedHashes.filter((one) => held.some((e) => e.hash === one)).length + evict.length + spare.length,
        held.length,
      );

      const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
      const due = sum(admitted.map((track) => track.bytes));
      const others = held.filter((one) => !admittedHashes.includes(one.hash) && !gone.has(one.hash));
      const rest = sum(others.map((one) => one.diskBytes));
      if (rest > 0) t.true(due + rest <= budget, 'others are kept beyond the budget');
      const [firstEvicted] = evict;
      const bytes = held.find((one) => one.hash === firstEvicted)?.diskBytes;
      if (bytes !== undefined) t.true(due + rest + bytes > budget, 'evicted without need');
    }),
  );
});
