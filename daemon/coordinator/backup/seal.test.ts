import { buffer } from 'node:stream/consumers';
import test from 'ava';
import fc from 'fast-check';
import { newToken, SealError, sealed, unsealed } from './seal.ts';

const pieces = fc.array(fc.uint8Array({ maxLength: 100 }).map(Buffer.from), { maxLength: 8 });

async function* streamOf(list: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* list;
}

/** A stream as one, handed on in pieces of so many bytes. */
async function inPieces(stream: AsyncIterable<Buffer>, bytes: number): Promise<Buffer[]> {
  const all = await buffer(stream);
  return Array.from({ length: Math.ceil(all.length / bytes) }, (_, i) =>
    all.subarray(i * bytes, (i + 1) * bytes),
  );
}

test('what is sealed comes out as it went in, in whatever pieces it travels', async (t) => {
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 80 }), async (plain, bytes) => {
      const token = newToken();
      const travelled = await inPieces(sealed(streamOf(plain), token), bytes);
      const out = await buffer(unsealed(streamOf(travelled), token));
      t.deepEqual(out, Buffer.concat(plain));
    }),
  );
});

test('what was changed, cut off, or sealed with another token is refused', async (t) => {
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat(), fc.constantFrom('changed', 'cut', 'other'), async (plain, at, how) => {
      const token = newToken();
      const all = await buffer(sealed(streamOf(plain), token));
      const index = at % all.length;
      if (how === 'changed') all.writeUInt8((all.readUInt8(index) + 1) % 256, index);
      const travelled = how === 'cut' ? all.subarray(0, index) : all;
      const opened = unsealed(streamOf([travelled]), how === 'other' ? newToken() : token);
      await t.throwsAsync(buffer(opened), { instanceOf: SealError });
    }),
  );
});

test('nothing of it can be read on its way', async (t) => {
  const secret = Buffer.from('the secret key of the coordinator');
  const travelled = await buffer(sealed(streamOf([secret]), newToken()));
  t.false(travelled.includes(secret.subarray(0, 8)));
});
