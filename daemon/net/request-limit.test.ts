import test from 'ava';
import fc from 'fast-check';
import { RequestLimit } from './request-limit.ts';

const rate = { perSecond: 100, burst: 10, atOnce: 4 };

test('who asks one thing after the other may do so at the rate, and in a burst', (t) => {
  const limit = new RequestLimit(rate);
  const ask = (nowMs: number) => {
    const waitMs = limit.begin('anna', nowMs);
    if (waitMs === 0) limit.end('anna');
    return waitMs;
  };
  t.deepEqual(
    Array.from({ length: 10 }, () => ask(0)),
    Array(10).fill(0),
  );
  t.is(ask(0), 10);
  t.is(ask(5), 5);
  t.is(ask(10), 0);
});

test('only so many are under way at once, and another asker is not meant', (t) => {
  const limit = new RequestLimit(rate);
  for (let i = 0; i < rate.atOnce; i += 1) t.is(limit.begin('anna', 0), 0);
  t.true(limit.begin('anna', 0) > 0);
  t.is(limit.begin('ben', 0), 0);
  limit.end('anna');
  t.is(limit.begin('anna', 0), 0);
});

test('ever new askers fill no memory', (t) => {
  const limit = new RequestLimit(rate);
  for (let i = 0; i < 5000; i += 1) {
    limit.begin(`${i}`, 100 * i);
    limit.end(`${i}`);
  }
  t.true(limit.size <= 1000, `${limit.size}`);
});

test('nobody ever gets more than the burst and the rate', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 300 }), (laters) => {
      const limit = new RequestLimit(rate);
      let [nowMs, taken] = [0, 0];
      for (const laterMs of laters) {
        nowMs += laterMs;
        if (limit.begin('anna', nowMs) > 0) continue;
        taken += 1;
        limit.end('anna');
      }
      if (taken > rate.burst + (nowMs / 1000) * rate.perSecond + 1e-6)
        throw new Error(`${taken} in ${nowMs} ms`);
    }),
  );
  t.pass();
});
