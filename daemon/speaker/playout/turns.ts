import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets those who share it do one piece of work each turn of the event loop: in between the device is looked after. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves in a turn that is the caller's alone. */
  own(): Promise<void> {
    this.#last = this.#last.then(() => nextTurn());
    return this.#last;
  }
}
