import type { Reader, Writer } from 'protobufjs/minimal.js';

/** How the values of one type are read and written: scalars and enums here, messages in codec.ts. */
export interface ValueType<T = unknown> {
  /** That of a field of it: 0 a varint, 1 eight bytes, 2 a length and as many bytes. */
  readonly wireType: 0 | 1 | 2;
  /** What an absent field stands for; undefined: just that. */
  readonly absent: unknown;
  /**
   * @param depth how many messages it is in
   * @param before what the field has already: a message is read on top of that
   * @throws {Error} when there is no such value at the reader's place
   */
  read(reader: Reader, depth: number, before: T | undefined): T;
  /** @throws {TypeError} when the value isn't of the type */
  write(writer: Writer, value: unknown): void;
}

/** The scalars that Jam's messages are made of; above 2^53 a uint64 becomes the nearest number. */
export const SCALARS: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ['bool', { wireType: 0, absent: false, read: (r) => r.bool(), write: (w, x) => w.bool(Boolean(x)) }],
  ['uint32', { wireType: 0, absent: 0, read: (r) => r.uint32(), write: (w, x) => w.uint32(Number(x)) }],
  ['sint32', { wireType: 0, absent: 0, read: (r) => r.sint32(), write: (w, x) => w.sint32(Number(x)) }],
  ['uint64', { wireType: 0, absent: 0, read: readUint64, write: (w, x) => w.uint64(Number(x)) }],
  ['double', { wireType: 1, absent: 0, read: (r) => r.double(), write: (w, x) => w.double(Number(x)) }],
  [
    'string',
    { wireType: 2, absent: '', read: (r) => r.stringVerify(), write: (w, x) => w.string(String(x)) },
  ],
  ['bytes', { wireType: 2, absent: new Uint8Array(), read: readBytes, write: writeBytes }],
]);

function readUint64(reader: Reader): number {
  // The library gives a number where it finds no long.js.
  const value: number | { low: number; high: number } = reader.uint64();
  return typeof value === 'number' ? value : (value.high >>> 0) * 2 ** 32 + (value.low >>> 0);
}

/** A copy: the reader's view would keep the whole message in memory. */
function readBytes(reader: Reader): Uint8Array {
  return Uint8Array.from(reader.bytes());
}

function writeBytes(writer: Writer, value: unknown): void {
  if (!(value instanceof Uint8Array)) throw new TypeError(`not a Uint8Array: ${typeof value}`);
  writer.bytes(value);
}

/** Values are the names; a number that has none stays a number. */
export function enumType(name: string, numbers: Readonly<Record<string, number>>): ValueType {
  const byName = new Map(Object.entries(numbers));
  const byNumber = new Map(Object.entries(numbers).map(([word, number]) => [number, word]));
  return {
    wireType: 0,
    absent: byNumber.get(0),
    read: (reader) => {
      const number = reader.int32();
      return byNumber.get(number) ?? number;
    },
    write: (writer, value) => {
      const number = byName.get(String(value));
      if (number === undefined) throw new TypeError(`not a ${name}: ${value}`);
      writer.int32(number);
    },
  };
}
