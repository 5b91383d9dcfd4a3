import fc from 'fast-check';
import * as v from 'valibot';
import { arbitraryOf } from '../../../protos/arbitrary.fixture.ts';
import { type Codec, PROTOCOL } from '../../../protos/index.ts';

const HASH = /^[0-9a-f]{64}$/;

/**
 * Valid messages of a type, encoded, of this protocol version and with some of the names that are there: what
 * the fuzzer starts from. The same for the same seed.
 * @param room the room that calls are made for
 */
export function validMessages<S extends v.GenericSchema>(
  schema: S,
  codec: Codec<v.InferOutput<S>>,
  { count, seed, room }: { readonly count: number; readonly seed: number; readonly room: string },
): Uint8Array[] {
  const plain = fc.sample(arbitraryOf(schema), { numRuns: count, seed });
  return plain.map((message) => codec.encode(v.parse(schema, meant(message, room))));
}

/** By chance hardly any message would be of this version, or for a room that exists. */
function meant(value: unknown, room: string): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one) => meant(one, room));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'protocol') return [key, PROTOCOL];
      if (key === 'room' && typeof inner === 'string' && !HASH.test(inner)) return [key, room];
      return [key, meant(inner, room)];
    }),
  );
}
