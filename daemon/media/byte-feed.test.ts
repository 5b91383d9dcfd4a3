import test from 'ava';
import fc from 'fast-check';
import { ByteFeed, type ByteParser } from './byte-feed.ts';

/** Takes the requests in order and returns all that it was given. */
function* taking(requests: readonly { read?: number; skip?: number }[]): ByteParser<number[][]> {
  const got: number[][] = [];
  for (const { read, skip } of requests) {
    if (read !== undefined) got.push([...(yield { read })]);
    if (skip !== undefined) yield { skip };
  }
  return got;
}

test('a parser gets the same bytes however the file is cut into chunks', (t) => {
  const request = fc.oneof(fc.record({ read: fc.nat(20) }), fc.record({ skip: fc.nat(20) }));
  fc.assert(
    fc.property(fc.array(request), fc.array(fc.uint8Array({ maxLength: 30 })), (requests, chunks) => {
      const whole = new ByteFeed(taking(requests));
      whole.push(Buffer.concat(chunks));
      const cut = new ByteFeed(taking(requests));
      for (const chunk of chunks) cut.push(chunk);
      t.deepEqual(cut.finish(), whole.finish());
    }),
  );
});

test('at the end of the file a read gets what is left, and later ones nothing', (t) => {
  const feed = new ByteFeed(taking([{ skip: 1 }, { read: 4 }, { skip: 9 }, { read: 2 }]));
  feed.push(Uint8Array.of(1, 2, 3));
  t.deepEqual(feed.finish(), [[2, 3], []]);
});
