import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { type Descriptor, type Field, formatField, type Rule } from './descriptor.ts';
import { SCALARS } from './value-types.ts';

// npm run protos: writes descriptor.json.

const FILES = ['clock.proto', 'media.proto', 'room.proto', 'people.proto', 'keys.proto', 'lobby.proto'];

/** The .proto files of this folder, as protobufjs has them. */
export function loadProtos(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => fileURLToPath(new URL(target, import.meta.url));
  root.loadSync(FILES);
  root.resolveAll();
  return root;
}

/** @throws {Error} when the .proto files have something in them that codec.ts can't do */
export function makeDescriptor(): Descriptor {
  const enums: Record<string, Record<string, number>> = {};
  const messages: Record<string, string[]> = {};
  for (const one of loadProtos().define('jam').nestedArray) {
    if (one instanceof protobuf.Enum) enums[one.name] = { ...one.values };
    else if (one instanceof protobuf.Type) messages[one.name] = fieldsOf(one);
    else throw new Error(`${one.name} is neither a message nor an enum`);
  }
  return { enums, messages };
}

function fieldsOf(type: protobuf.Type): string[] {
  if (type.nestedArray.length > 0) throw new Error(`${type.name} has types of its own: put them beside it`);
  return type.fieldsArray.toSorted((a, b) => a.id - b.id).map((field) => formatField(described(field)));
}

function described(field: protobuf.Field): Field {
  const { name, id, type, resolvedType } = field;
  const isKnown = resolvedType ? resolvedType.parent?.name === 'jam' : SCALARS.has(type);
  const rule = ruleOf(field);
  if (!isKnown || !rule) throw new Error(`${field.fullName} is of a kind that protos/codec.ts doesn't know`);
  return { rule, type, name, id };
}

function ruleOf({ map, options, repeated, partOf, resolvedType }: protobuf.Field): Rule | undefined {
  if (map || options?.packed === false) return undefined;
  if (repeated) return 'repeated';
  if (!partOf) return 'single';
  if (partOf.isProto3Optional) return 'optional';
  const isMessage = resolvedType instanceof protobuf.Type;
  return partOf.name === 'body' && isMessage && !resolvedType.fields.kind ? 'body' : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = new URL('descriptor.json', import.meta.url);
  writeFileSync(path, `${JSON.stringify(makeDescriptor(), null, 1)}\n`);
}
