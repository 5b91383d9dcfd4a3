import test from 'ava';
import fc from 'fast-check';
import { parseRange } from './byte-range.ts';

test('a range is cut to what the file has', (t) => {
  t.deepEqual(parseRange('bytes=0-9', 100), { from: 0, to: 10 });
  t.deepEqual(parseRange('bytes=90-200', 100), { from: 90, to: 100 });
  t.deepEqual(parseRange('bytes=90-', 100), { from: 90, to: 100 });
  t.deepEqual(parseRange('bytes=-10', 100), { from: 90, to: 100 });
  t.deepEqual(parseRange('bytes=-500', 100), { from: 0, to: 100 });
});

test('a range beyond the end is unsatisfiable', (t) => {
  t.is(parseRange('bytes=100-', 100), 'unsatisfiable');
  t.is(parseRange('bytes=100-200', 100), 'unsatisfiable');
  t.is(parseRange('bytes=-0', 100), 'unsatisfiable');
});

test('whatever is not one range of bytes asks for the whole file', (t) => {
  for (const header of [undefined, '', 'bytes=-', 'bytes=5-2', 'bytes=0-1,4-5', 'lines=0-1', 'bytes=a-b'])
    t.is(parseRange(header, 100), undefined, String(header));
});

test('no header makes a range outside of the file', (t) => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
    fc.stringMatching(/^bytes=[0-9]{0,20}-[0-9]{0,20}$/),
  );
  fc.assert(
    fc.property(header, fc.nat(1_000_000), (text, bytes) => {
      const range = parseRange(text, bytes);
      if (range === undefined || range === 'unsatisfiable') return;
      t.true(0 <= range.from && range.from < range.to && range.to <= bytes, `${text} of ${bytes}`);
    }),
  );
  t.pass();
});
