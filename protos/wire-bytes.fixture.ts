import fc from 'fast-check';
import { Writer } from 'protobufjs/minimal.js';

type Change = { readonly at: number; readonly to: number; readonly length: number };

/** A few bytes changed, and a part cut off now and then. */
export const CHANGES: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({ at: fc.nat(), to: fc.nat(255), length: fc.nat() }),
  { minLength: 1, maxLength: 5 },
);

export function changed(message: Uint8Array, changes: readonly Change[]): Uint8Array {
  let bytes = Uint8Array.from(message);
  for (const { at, to, length } of changes) {
    if (bytes.length === 0) break;
    bytes[at % bytes.length] = to;
    if (length % 4 === 0) bytes = bytes.slice(0, length % (bytes.length + 1));
  }
  return bytes;
}

const IDS = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 16 }) }, fc.nat(70), fc.nat(2 ** 20));
const VARINTS = fc
  .oneof(fc.nat(3).map(BigInt), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
  .map((value) => varint(value));
const FIXED = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Fields of any number and wire type, in each other and in groups, most of them well-formed. */
export const FIELDS = fc.letrec<{ fields: Uint8Array; field: Uint8Array }>((tie) => ({
  fields: fc.array(tie('field'), { maxLength: 5 }).map((all) => Buffer.concat(all)),
  field: fc.oneof(
    { depthSize: 'small' },
    field(0, VARINTS),
    field(1, FIXED(8)),
    field(5, FIXED(4)),
    field(
      2,
      fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })).map((text) => delimited(Buffer.from(text))),
    ),
    field(2, fc.uint8Array({ maxLength: 20 }).map(delimited)),
    field(
      2,
      fc.array(VARINTS, { maxLength: 4 }).map((all) => delimited(Buffer.concat(all))),
    ),
    field(2, tie('fields').map(delimited)),
    fc
      .tuple(IDS, IDS, tie('fields'), fc.nat(3))
      .map(([id, other, fields, odd]) => Buffer.concat([tag(id, 3), fields, tag(odd === 0 ? other : id, 4)])),
    fc.uint8Array({ maxLength: 5 }),
  ),
})).fields;

function field(wireType: number, values: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc.tuple(IDS, values).map(([id, value]) => Buffer.concat([tag(id, wireType), value]));
}

/** One as it is on the wire, with its length before it. */
export function delimited(bytes: Uint8Array): Uint8Array {
  return Writer.create().bytes(bytes).finish();
}

export function tag(id: number, wireType: number): Uint8Array {
  return Writer.create()
    .uint32((id << 3) | wireType)
    .finish();
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}
