import protobuf from 'protobufjs';
import { loadProtos } from './make-descriptor.ts';
import type { Plain } from './message-type.ts';

// protobufjs with reflection, which shares nothing with codec.ts but the primitives.

/** Of a field that nobody sends. */
const NO_ID = 2 ** 29 - 12_345;

const root = loadProtos();
// protobufjs 8.8 takes the tags of unknown fields wrongly in a message that has no field at all.
for (const type of root.define('jam').nestedArray)
  if (type instanceof protobuf.Type && type.fieldsArray.length === 0)
    type.add(new protobuf.Field('none', NO_ID, 'Done'));

/** As MessageCodec's. */
export function referenceEncode(name: string, message: Plain): Uint8Array {
  const type = root.lookupType(name);
  return type.encode(type.fromObject(toWire(type, message))).finish();
}

/** As MessageCodec's, but that bytes may come as Buffers. */
export function referenceDecode(name: string, bytes: Uint8Array): Plain {
  const type = root.lookupType(name);
  const options = { longs: Number, enums: String, defaults: true, arrays: true };
  return fromWire(type, type.toObject(type.decode(bytes), options));
}

function fromWire(type: protobuf.Type, message: Plain): Plain {
  const plain: Plain = {};
  for (const field of type.fieldsArray) {
    const value = message[field.name];
    if (value === null || value === undefined) continue;
    const converted = eachMessage(field, value, fromWire);
    if (field.partOf?.name === 'body') plain.body = { kind: field.name, ...(converted as Plain) };
    else plain[field.name] = converted;
  }
  return plain;
}

function toWire(type: protobuf.Type, plain: Plain): Plain {
  const message: Plain = {};
  for (const field of type.fieldsArray) {
    const value = field.partOf?.name === 'body' ? bodyOf(plain, field.name) : plain[field.name];
    if (value !== undefined) message[field.name] = eachMessage(field, value, toWire);
  }
  return message;
}

function bodyOf(plain: Plain, kind: string): unknown {
  const body = plain.body as Plain | undefined;
  return body?.kind === kind ? body : undefined;
}

function eachMessage(field: protobuf.Field, value: unknown, convert: typeof fromWire): unknown {
  const type = field.resolvedType;
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (!(type instanceof protobuf.Type)) return value;
  return field.repeated ? (value as Plain[]).map((one) => convert(type, one)) : convert(type, value as Plain);
}
