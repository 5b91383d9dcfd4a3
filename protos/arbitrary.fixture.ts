import fc from 'fast-check';
import * as v from 'valibot';

/** What the messages are made of, as far as it can be looked into. */
type Schema = v.GenericSchema & {
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly wrapped?: Schema;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
};

const WHOLE = fc.oneof(fc.nat(100), fc.nat(0xffff), fc.nat());
// Without −0, which comes back as 0, and whole ones that a uint32 can't hold.
const NUMBERS = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), WHOLE, fc.integer({ min: -100 }))
  .map((value) => value + 0)
  .filter((value) => !Number.isInteger(value) || Math.abs(value) < 2 ** 32);
const TEXTS = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.stringMatching(/^[0-9a-f]{64}$/),
);

/** Messages that a schema accepts. @throws when it is made of something unknown */
export function arbitraryOf(schema: v.GenericSchema): fc.Arbitrary<unknown> {
  return partsOf(schema).filter((value) => v.is(schema, value));
}

function partsOf(schema: Schema): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'object':
    case 'strict_object':
      return objectOf(schema.entries ?? {});
    case 'array':
      return fc.array(arbitraryOf(itemOf(schema)), { maxLength: 4 });
    case 'number':
      return NUMBERS;
    case 'string':
      return TEXTS;
    case 'instance':
      return fc.oneof(
        ...[0, 16, 32].map((length) => fc.uint8Array({ minLength: length, maxLength: length })),
      );
    case 'boolean':
      return fc.boolean();
    case 'literal':
      return fc.constant(schema.literal);
    case 'picklist':
      return fc.constantFrom(...(schema.options ?? []));
    case 'variant':
    case 'union':
      return fc.oneof(...(schema.options ?? []).map((option) => arbitraryOf(option as Schema)));
    case 'exact_optional':
      return arbitraryOf(itemOf(schema));
    default:
      throw new Error(`there is no arbitrary for ${schema.type}`);
  }
}

function objectOf(entries: Readonly<Record<string, Schema>>): fc.Arbitrary<unknown> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [key, entry] of Object.entries(entries)) fields[key] = arbitraryOf(entry);
  const requiredKeys = Object.keys(entries).filter((key) => entries[key]?.type !== 'exact_optional');
  return fc.record(fields, { requiredKeys, noNullPrototype: true });
}

function itemOf(schema: Schema): Schema {
  const item = schema.item ?? schema.wrapped;
  if (!item) throw new Error(`${schema.type} has nothing inside`);
  return item;
}
