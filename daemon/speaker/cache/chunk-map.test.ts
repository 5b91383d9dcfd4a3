import test from 'ava';
import fc from 'fast-check';
import { ChunkMap, chunkBytes } from './chunk-map.ts';

const size = fc.integer({ min: 0, max: 100 * chunkBytes });
const chunks = fc.array(fc.integer({ min: 0, max: 110 }));

test('a map holds exactly the chunks that were added, and counts their bytes', (t) => {
  fc.assert(
    fc.property(size, chunks, (bytes, added) => {
      const map = new ChunkMap(bytes);
      for (const chunk of added) map.add(chunk);
      const expected = new Set(added.filter((chunk) => chunk * chunkBytes < bytes));
      let heldBytes = 0;
      for (let chunk = 0; chunk < map.chunks; chunk++) {
        t.is(map.has(chunk), expected.has(chunk), `chunk ${chunk}`);
        const { from, to } = map.range(chunk);
        if (map.has(chunk)) heldBytes += to - from;
      }
      t.is(map.held, expected.size);
      t.is(map.heldBytes, heldBytes);
      t.is(map.complete, heldBytes === bytes);
    }),
  );
});

test('a map comes back from its form for the disk', (t) => {
  fc.assert(
    fc.property(size, chunks, (bytes, added) => {
      const map = new ChunkMap(bytes);
      for (const chunk of added) map.add(chunk);
      t.deepEqual(ChunkMap.decode(map.encode())?.encode(), map.encode());
    }),
  );
});

test('a form with a byte changed, cut off or added is not believed', (t) => {
  fc.assert(
    fc.property(size, chunks, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, added, at, change) => {
      const map = new ChunkMap(bytes);
      for (const chunk of added) map.add(chunk);
      const encoded = map.encode();
      const changed = Uint8Array.from(encoded, (byte, i) =>
        i === at % encoded.length ? byte ^ change : byte,
      );
      t.is(ChunkMap.decode(changed), undefined);
      t.is(ChunkMap.decode(encoded.subarray(0, at % encoded.length)), undefined);
      t.is(ChunkMap.decode(Uint8Array.of(...encoded, change)), undefined);
    }),
  );
});

test('arbitrary bytes are not believed', (t) => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => t.is(ChunkMap.decode(bytes), undefined)));
});
