/**
 * What may be on the wire: the .proto files in the form that the program loads, made of them by
 * `npm run protos`. A field is a line, such as `string roomId = 2`, with a rule before it or none.
 */
export interface Descriptor {
  /** The number of each name; 0 has one. */
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The lines of each message's fields, by rising number. */
  readonly messages: Readonly<Record<string, readonly string[]>>;
}

/**
 * single: absent means the type's default, but a message is just absent. optional: absent means absent.
 * body: a message, one of those that the oneof `body` may be.
 */
export type Rule = 'single' | 'optional' | 'repeated' | 'body';

export interface Field {
  readonly rule: Rule;
  /** A scalar, or the name of an enum or message. */
  readonly type: string;
  readonly name: string;
  readonly id: number;
}

const LINE = /^(?:(optional|repeated|body) )?(\w+) (\w+) = (\d+)$/;

/** @throws {Error} when the line isn't one that formatField makes */
export function parseField(line: string): Field {
  const [, rule = 'single', type, name, id] = LINE.exec(line) ?? [];
  if (!type || !name) throw new Error(`"${line}" in protos/descriptor.json is no field: npm run protos`);
  return { rule: rule as Rule, type, name, id: Number(id) };
}

export function formatField({ rule, type, name, id }: Field): string {
  return `${rule === 'single' ? '' : `${rule} `}${type} ${name} = ${id}`;
}
