import { Reader, Writer } from 'protobufjs/minimal.js';
import { type Descriptor, parseField } from './descriptor.ts';
import {
  enter,
  isPlain,
  LENGTH,
  type MessageType,
  messageType,
  newMessage,
  type Plain,
} from './message-type.ts';
import { enumType, SCALARS, type ValueType } from './value-types.ts';

/**
 * Reads and writes the messages of a descriptor; protobufjs's Reader and Writer do it for what they consist of.
 * How a message is read is worked out when one is first met. Reading takes time and memory in proportion to
 * the bytes that are there, whatever they say.
 */
export class MessageCodec {
  readonly #descriptor: Descriptor;
  readonly #types = new Map<string, MessageType>();

  constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
  }

  /**
   * @param name of the message's type
   * @throws {TypeError} when the message isn't of that type
   */
  encode(name: string, message: Plain): Uint8Array {
    const writer = Writer.create();
    this.#write(name, writer, message);
    return writer.finish();
  }

  /**
   * Fields that the type doesn't have are skipped.
   * @param name of the message's type
   * @throws {Error} when the bytes aren't a message of that type
   */
  decode(name: string, bytes: Uint8Array): Plain {
    return this.#read(name, Reader.create(bytes), 0, undefined);
  }

  /** Reads to the reader's end. */
  #read(name: string, reader: Reader, depth: number, before: Plain | undefined): Plain {
    if (depth > Reader.recursionLimit) throw new Error('too many messages in messages');
    const type = this.#typeOf(name);
    const message = before ?? newMessage(type);
    while (reader.pos < reader.len) {
      const tag = reader.tag();
      const read = type.reads.get(tag);
      if (read) read(reader, message, depth);
      else reader.skipType(tag & 7, depth, tag >>> 3);
    }
    return message;
  }

  #write(name: string, writer: Writer, message: Plain): void {
    for (const write of this.#typeOf(name).writes) write(writer, message);
  }

  #typeOf(name: string): MessageType {
    const known = this.#types.get(name);
    if (known) return known;
    const lines = this.#descriptor.messages[name];
    if (!lines) throw new Error(`protos/descriptor.json has no message ${name}`);
    const type = messageType(lines.map(parseField), {
      of: (type) => this.#valueType(type),
      nested: (type) => this.#nested(type),
    });
    this.#types.set(name, type);
    return type;
  }

  #valueType(name: string): ValueType {
    const numbers = this.#descriptor.enums[name];
    return SCALARS.get(name) ?? (numbers ? enumType(name, numbers) : this.#nested(name));
  }

  #nested(name: string): ValueType<Plain> {
    return {
      wireType: LENGTH,
      absent: undefined,
      read: (reader, depth, before) => {
        const outerEnd = enter(reader);
        const message = this.#read(name, reader, depth + 1, before);
        reader.len = outerEnd;
        return message;
      },
      write: (writer, value) => {
        if (!isPlain(value)) throw new TypeError(`not a ${name}: ${typeof value}`);
        this.#write(name, writer.fork(), value);
        writer.ldelim();
      },
    };
  }
}
