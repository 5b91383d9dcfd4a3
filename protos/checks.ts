import * as v from 'valibot';

// What a decoded message must be like before the program believes it: what the schemas of clock.ts, media.ts,
// room.ts, people.ts, keys.ts and lobby.ts have in common. Those have one schema a message, in the order of the
// .proto file of the same name, which tells units and meanings.

export const number = v.pipe(v.number(), v.finite());
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const index = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_ffff));
export const percent = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100));
export const percentChange = v.pipe(v.number(), v.integer(), v.minValue(-100), v.maxValue(100));
export const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
export const text = v.pipe(v.string(), v.maxLength(2000));
export const id = v.pipe(v.string(), v.maxLength(100));
export const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hex'));
export const name = v.pipe(
  v.string(),
  v.minLength(1, 'a name is empty'),
  v.maxLength(64, 'a name is longer than 64 characters'),
  v.check(
    (s) => s === s.trim() && !/\p{C}/u.test(s),
    'a name has spaces around it or control characters in it',
  ),
);
export const protocol = count;

/** One of the messages that the oneof `body` may be, by `kind`. */
export function body<const T extends Record<string, v.ObjectEntries>>(kinds: T) {
  type Option = {
    [K in keyof T & string]: v.ObjectSchema<{ kind: v.LiteralSchema<K, undefined> } & T[K], undefined>;
  }[keyof T & string];
  const options = Object.entries(kinds).map(([kind, entries]) =>
    v.object({ kind: v.literal(kind), ...entries }),
  );
  // Object.entries forgets which entries go with which kind; the type above is the same list.
  return v.variant('kind', options as unknown as [Option, ...Option[]]);
}
