import type { Codec } from '../../protos/index.ts';
import { messageOf } from '../errno.ts';

/** Encoding and decoding a message costs as much as all else that it leads to: one of so many is. */
const EVERY = 32;

/** Takes messages from program to program: as objects mostly, and some as the bytes that they are in earnest. */
export class Wire {
  readonly #carried = new Map<unknown, number>();
  readonly #onUnreadable: (text: string) => void;

  /** @param onUnreadable told of a message that its receiver could not read */
  constructor(onUnreadable: (text: string) => void) {
    this.#onUnreadable = onUnreadable;
  }

  /** The message as its receiver has it. */
  carry<T>(codec: Codec<T>, message: T): T {
    const count = this.#carried.get(codec) ?? 0;
    this.#carried.set(codec, count + 1);
    if (count % EVERY !== 0) return message;
    try {
      return codec.decode(codec.encode(message));
    } catch (error) {
      this.#onUnreadable(messageOf(error));
      return message;
    }
  }
}
