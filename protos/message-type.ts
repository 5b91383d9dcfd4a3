import type { Reader, Writer } from 'protobufjs/minimal.js';
import type { Field } from './descriptor.ts';
import type { ValueType } from './value-types.ts';

/**
 * A message as the program has it: enums are their names, what is absent is absent, and the oneof `body` is
 * `{ kind, ...fields }`.
 */
export type Plain = Record<string, unknown>;

/** How one message is read and written, field by field. */
export interface MessageType {
  /** What single fields are that aren't on the wire. */
  readonly defaults: Plain;
  /** The repeated fields. */
  readonly lists: string[];
  /** By tag, which is field number and wire type: a known number with another wire type is unknown. */
  readonly reads: Map<number, (reader: Reader, into: Plain, depth: number) => void>;
  readonly writes: ((writer: Writer, message: Plain) => void)[];
}

/** Wire type of all that begins with its length: strings, bytes, messages, packed lists. */
export const LENGTH = 2;

/** What the types of fields are, by name. */
export interface Types {
  of(name: string): ValueType;
  /** Of a message. */
  nested(name: string): ValueType<Plain>;
}

export function messageType(fields: readonly Field[], types: Types): MessageType {
  const message: MessageType = { defaults: {}, lists: [], reads: new Map(), writes: [] };
  for (const field of fields) {
    if (field.rule === 'repeated') addRepeated(message, field, types.of(field.type));
    else if (field.rule !== 'body') addSingle(message, field, types.of(field.type));
  }
  const bodies = fields.filter(({ rule }) => rule === 'body');
  if (bodies.length > 0) addBody(message, new Map(bodies.map((field) => [field.name, bodyOf(field, types)])));
  return message;
}

/** One without any field on the wire. */
export function newMessage({ defaults, lists }: MessageType): Plain {
  const message = { ...defaults };
  for (const name of lists) message[name] = [];
  return message;
}

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null;
}

/**
 * Has the reader end where the length says that comes next.
 * @returns where it ended before: to be put back into `reader.len`
 * @throws {RangeError} when that is sooner
 */
export function enter(reader: Reader): number {
  const outerEnd = reader.len;
  const length = reader.size();
  if (length > outerEnd - reader.pos)
    throw new RangeError(`${length} bytes are announced and ${outerEnd - reader.pos} are left`);
  reader.len = reader.pos + length;
  return outerEnd;
}

function addSingle(message: MessageType, field: Field, type: ValueType): void {
  const { name } = field;
  const tag = tagOf(field, type.wireType);
  const isWrittenAlways = field.rule === 'optional' || type.absent === undefined;
  if (!isWrittenAlways) message.defaults[name] = type.absent;
  message.reads.set(tag, (reader, into, depth) => {
    into[name] = type.read(reader, depth, into[name]);
  });
  message.writes.push((writer, from) => {
    const value = from[name];
    if (value === undefined || (!isWrittenAlways && isAbsent(value, type.absent))) return;
    type.write(writer.uint32(tag), value);
  });
}

/** Whether a value needs no writing: it is what an absent field stands for. */
function isAbsent(value: unknown, absent: unknown): boolean {
  return Object.is(value, absent) || (value instanceof Uint8Array && value.length === 0);
}

/** Numbers are written packed: one behind the other under one length. They are read either way. */
function addRepeated(message: MessageType, field: Field, type: ValueType): void {
  const { name } = field;
  const tag = tagOf(field, type.wireType);
  message.lists.push(name);
  message.reads.set(tag, (reader, into, depth) => {
    listIn(into, name).push(type.read(reader, depth, undefined));
  });
  if (type.wireType !== LENGTH) addPacked(message, name, tagOf(field, LENGTH), type);
  else
    message.writes.push((writer, from) => {
      for (const value of listIn(from, name)) type.write(writer.uint32(tag), value);
    });
}

function addPacked(message: MessageType, name: string, tag: number, type: ValueType): void {
  message.reads.set(tag, (reader, into, depth) => {
    const list = listIn(into, name);
    const outerEnd = enter(reader);
    while (reader.pos < reader.len) list.push(type.read(reader, depth, undefined));
    reader.len = outerEnd;
  });
  message.writes.push((writer, from) => {
    const list = listIn(from, name);
    if (list.length === 0) return;
    writer.uint32(tag).fork();
    for (const value of list) type.write(writer, value);
    writer.ldelim();
  });
}

interface Body {
  readonly tag: number;
  readonly type: ValueType<Plain>;
}

function bodyOf(field: Field, types: Types): Body {
  return { tag: tagOf(field, LENGTH), type: types.nested(field.type) };
}

/** The last one on the wire counts; one that comes again, and no other between, is read on top of the first. */
function addBody(message: MessageType, bodies: ReadonlyMap<string, Body>): void {
  for (const [kind, { tag, type }] of bodies)
    message.reads.set(tag, (reader, into, depth) => {
      const before = isPlain(into.body) && into.body.kind === kind ? into.body : undefined;
      const body = type.read(reader, depth, before);
      body.kind = kind;
      into.body = body;
    });
  message.writes.push((writer, { body }) => {
    if (body === undefined) return;
    const kind = isPlain(body) ? String(body.kind) : typeof body;
    const known = bodies.get(kind);
    if (!known) throw new TypeError(`no body that may be sent here: ${kind}`);
    known.type.write(writer.uint32(known.tag), body);
  });
}

function tagOf({ id }: Field, wireType: number): number {
  return ((id << 3) | wireType) >>> 0;
}

function listIn(message: Plain, name: string): unknown[] {
  const list = message[name] ?? [];
  if (!Array.isArray(list)) throw new TypeError(`${name} isn't a list: ${typeof list}`);
  return list;
}
