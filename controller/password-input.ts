import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandError } from './exit-codes.ts';
import type { Io } from './session.ts';

/** Reads passwords: on a terminal with a prompt and without showing them, else a line of standard input each. */
export class PasswordInput {
  readonly #io: Io;
  #lines: AsyncIterator<string> | undefined;

  constructor(io: Io) {
    this.#io = io;
  }

  /** @throws {CommandError} USAGE when there is none */
  async ask(prompt: string): Promise<string> {
    return this.#io.stdin?.isTTY ? this.#prompted(prompt) : this.#nextLine();
  }

  /** As ask(), twice on a terminal: what isn't seen is easily mistyped. @throws {CommandError} USAGE */
  async askNew(prompt: string): Promise<string> {
    const password = await this.ask(prompt);
    if (this.#io.stdin?.isTTY && (await this.#prompted('The same again: ')) !== password)
      throw new CommandError('USAGE', 'the two passwords are not the same');
    return password;
  }

  async #prompted(prompt: string): Promise<string> {
    const input = this.#io.stdin;
    if (!input) throw missing();
    const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({ input, output: unseen, terminal: true, historySize: 0 });
    this.#io.stderr.write(prompt); // only now: the terminal shows no more what is typed
    const ended = new Promise<never>((_, reject) => {
      reader.once('SIGINT', () => reject(new CommandError('USAGE', 'interrupted: nothing was done')));
      reader.once('close', () => reject(missing()));
    });
    ended.catch(() => {}); // the answer may come first
    try {
      return await Promise.race([reader.question(''), ended]);
    } finally {
      reader.close();
      this.#io.stderr.write('\n');
    }
  }

  async #nextLine(): Promise<string> {
    if (!this.#io.stdin) throw missing();
    this.#lines ??= createInterface({ input: this.#io.stdin })[Symbol.asyncIterator]();
    const line = await this.#lines.next();
    if (line.done || line.value === '') throw missing();
    return line.value;
  }
}

function missing(): CommandError {
  return new CommandError('USAGE', 'no password was given: type it, or send it as a line of standard input');
}
